// The functions of cuDNN 9 and of the driver that the tests call, declared as their callers see them, and not with the
// library's own headers. Handles and descriptors are opaque, enumerations are ints.
#pragma once

#include <cstddef>

using Status = int;
using Object = void*;
using Device = unsigned long long;

struct AlgoPerf {
  int algo, status;
  float time;
  size_t memory;
  int determinism, math_type, reserved[3];
};
static_assert(sizeof(AlgoPerf) == 48, "");

enum { kSuccess = 0, kBadParam = 2000, kNotSupported = 3000 };
enum { kDefaultMath = 0, kFmaMath = 3 };
enum { kNchw = 0, kNhwc = 1 };

extern "C" {
size_t cudnnGetVersion();
const char* cudnnGetErrorString(Status status);
void cudnnGetLastErrorString(char* message, size_t size);
Status cudnnCreate(Object* handle);
Status cudnnDestroy(Object handle);
Status cudnnSetStream(Object handle, Object stream);
Status cudnnGetStream(Object handle, Object* stream);
Status cudnnCreateTensorDescriptor(Object* tensor);
Status cudnnDestroyTensorDescriptor(Object tensor);
Status cudnnSetTensor4dDescriptor(Object tensor, int format, int type, int n, int c, int h, int w);
Status cudnnSetTensorNdDescriptor(Object tensor, int type, int rank, const int* dims, const int* strides);
Status cudnnSetTensorNdDescriptorEx(Object tensor, int format, int type, int rank, const int* dims);
Status cudnnGetTensorNdDescriptor(Object tensor, int requested, int* type, int* rank, int* dims, int* strides);
Status cudnnCreateFilterDescriptor(Object* filter);
Status cudnnDestroyFilterDescriptor(Object filter);
Status cudnnSetFilterNdDescriptor(Object filter, int type, int format, int rank, const int* dims);
Status cudnnCreateConvolutionDescriptor(Object* convolution);
Status cudnnDestroyConvolutionDescriptor(Object convolution);
Status cudnnSetConvolutionNdDescriptor(Object convolution, int rank, const int* pad, const int* stride,
                                       const int* dilation, int mode, int type);
Status cudnnSetConvolutionMathType(Object convolution, int math);
Status cudnnGetConvolutionMathType(Object convolution, int* math);
Status cudnnSetConvolutionGroupCount(Object convolution, int groups);
Status cudnnGetConvolutionNdForwardOutputDim(Object convolution, Object x, Object w, int rank, int* dims);
Status cudnnGetConvolutionForwardAlgorithm_v7(Object handle, Object x, Object w, Object convolution, Object y,
                                              int requested, int* returned, AlgoPerf* results);
Status cudnnGetConvolutionBackwardDataAlgorithm_v7(Object handle, Object w, Object dy, Object convolution, Object dx,
                                                   int requested, int* returned, AlgoPerf* results);
Status cudnnGetConvolutionBackwardFilterAlgorithm_v7(Object handle, Object x, Object dy, Object convolution, Object dw,
                                                     int requested, int* returned, AlgoPerf* results);
Status cudnnFindConvolutionForwardAlgorithm(Object handle, Object x, Object w, Object convolution, Object y,
                                            int requested, int* returned, AlgoPerf* results);
Status cudnnGetConvolutionForwardWorkspaceSize(Object handle, Object x, Object w, Object convolution, Object y,
                                               int algorithm, size_t* size);
Status cudnnGetConvolutionBackwardDataWorkspaceSize(Object handle, Object w, Object dy, Object convolution, Object dx,
                                                    int algorithm, size_t* size);
Status cudnnGetConvolutionBackwardFilterWorkspaceSize(Object handle, Object x, Object dy, Object convolution, Object dw,
                                                      int algorithm, size_t* size);
Status cudnnConvolutionForward(Object handle, const void* alpha, Object x_desc, Device x, Object w_desc, Device w,
                               Object convolution, int algorithm, Device workspace, size_t size, const void* beta,
                               Object y_desc, Device y);
Status cudnnConvolutionBackwardData(Object handle, const void* alpha, Object w_desc, Device w, Object dy_desc,
                                    Device dy, Object convolution, int algorithm, Device workspace, size_t size,
                                    const void* beta, Object dx_desc, Device dx);
Status cudnnConvolutionBackwardFilter(Object handle, const void* alpha, Object x_desc, Device x, Object dy_desc,
                                      Device dy, Object convolution, int algorithm, Device workspace, size_t size,
                                      const void* beta, Object dw_desc, Device dw);
Status cudnnAddTensor();  // one of those that are not simulated

int cuInit(unsigned flags);
int cuDeviceGetAttribute(int* value, int attribute, int device);
int cuDevicePrimaryCtxRetain(Object* context, int device);
int cuDevicePrimaryCtxRelease_v2(int device);
int cuCtxSetCurrent(Object context);
int cuCtxSynchronize();
int cuMemAlloc_v2(Device* pointer, size_t bytes);
int cuMemFree_v2(Device pointer);
int cuMemcpyHtoD_v2(Device to, const void* from, size_t bytes);
int cuMemcpyDtoH_v2(void* to, Device from, size_t bytes);
}
