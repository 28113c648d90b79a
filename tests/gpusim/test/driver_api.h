// The driver API's functions that the test calls, by their C names.
#pragma once

#include <cstddef>

extern "C" {
int cuMemcpyHtoD_v2(unsigned long long to, const void* host, size_t bytes);
int cuMemcpyHtoDAsync_v2(unsigned long long to, const void* host, size_t bytes, void* stream);
int cuMemcpyDtoH_v2(void* host, unsigned long long from, size_t bytes);
int cuMemcpyDtoHAsync_v2(void* host, unsigned long long from, size_t bytes, void* stream);
int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, void* stream);
int cuMemsetD32_v2(unsigned long long to, unsigned value, size_t count);
int cuMemsetD32Async(unsigned long long to, unsigned value, size_t count, void* stream);
int cuInit(unsigned flags);
int cuDeviceGetCount(int* count);
int cuDevicePrimaryCtxRetain(void** context, int device);
int cuDevicePrimaryCtxRelease_v2(int device);
int cuCtxSetCurrent(void* context);
int cuCtxSynchronize();
int cuMemAllocManaged();
int cuGetErrorName(int status, const char** name);
int cuStreamBeginCapture_v2(void* handle, int mode);
int cuStreamEndCapture(void* handle, void** graph);
int cuStreamIsCapturing(void* handle, int* status);
int cuGraphInstantiateWithFlags(void** exec, void* graph, unsigned long long flags);
int cuGraphLaunch(void* exec, void* handle);
int cuGraphGetNodes(void* graph, void** nodes, size_t* count);
int cuGraphDestroy(void* graph);
int cuGraphExecDestroy(void* exec);
int cuMemAlloc_v2(unsigned long long* pointer, size_t bytes);
int cuMemFree_v2(unsigned long long pointer);
int cuMemGetInfo_v2(size_t* free, size_t* total);
int cuMemHostAlloc(void** host, size_t bytes, unsigned flags);
int cuMemFreeHost(void* host);
int cuModuleLoadData(void** module, const void* image);
int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned sharedBytes, void* stream, void** params, void** extra);
int cuModuleUnload(void* module);
int cuModuleGetFunction(void** function, void* module, const char* name);
int cuStreamCreate(void** stream, unsigned flags);
int cuStreamDestroy_v2(void* handle);
int cuStreamSynchronize(void* handle);
int cuStreamQuery(void* handle);
int cuStreamWaitEvent(void* handle, void* event, unsigned flags);
int cuEventCreate(void** event, unsigned flags);
int cuEventDestroy_v2(void* event);
int cuEventRecord(void* event, void* stream);
int cuEventQuery(void* handle);
int cuEventElapsedTime(float* milliseconds, void* start, void* end);
}
