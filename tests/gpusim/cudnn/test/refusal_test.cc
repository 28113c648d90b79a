// What is refused, and with which status.
#include <algorithm>
#include <cstring>

#include "support.h"

namespace {

Status tensor(const Ints& dims, const Ints& strides, int type = 0) {
  Object t;
  must(cudnnCreateTensorDescriptor(&t) == 0, "create");
  const Status status = cudnnSetTensorNdDescriptor(t, type, int(dims.size()), dims.data(), strides.data());
  must(cudnnDestroyTensorDescriptor(t) == 0, "destroy");
  return status;
}

Status filter(const Ints& dims, int format = kNchw) {
  Object f;
  must(cudnnCreateFilterDescriptor(&f) == 0, "create");
  const Status status = cudnnSetFilterNdDescriptor(f, 0, format, int(dims.size()), dims.data());
  must(cudnnDestroyFilterDescriptor(f) == 0, "destroy");
  return status;
}

Status convolution(const Ints& pad, const Ints& stride, const Ints& dilation, int mode = 1, int type = 0) {
  Object c;
  must(cudnnCreateConvolutionDescriptor(&c) == 0, "create");
  const Status status =
      cudnnSetConvolutionNdDescriptor(c, int(pad.size()), pad.data(), stride.data(), dilation.data(), mode, type);
  must(cudnnDestroyConvolutionDescriptor(c) == 0, "destroy");
  return status;
}

// The algorithms of a pass that can do a problem, in the order of the heuristics.
Ints able(const Case& c, Pass pass) {
  AlgoPerf results[8];
  int count = 0;
  expect(kSuccess, rank(c, pass, 8, &count, results), "rank");
  check(count == (pass == kForward ? 8 : pass == kBackwardData ? 6 : 7), "all algorithms are listed");
  Ints numbers;
  for (int i = 0; i < count; i++) {
    size_t size = 0;
    const Status status = workspace_size(c, pass, results[i].algo, &size);
    expect(results[i].status, status, "the list and the workspace of algorithm " + std::to_string(results[i].algo));
    const bool atomics =
        pass != kForward && (results[i].algo == 0 || (pass == kBackwardFilter && results[i].algo == 3));
    check(results[i].determinism == (atomics ? 0 : 1), "determinism");
    check(results[i].math_type == c.math && results[i].time == -1, "math type and time");
    check(numbers.size() == size_t(i) || status != kSuccess, "those that cannot do it come last");
    if (status != kSuccess) continue;
    check(results[i].memory == size, "memory");
    numbers.push_back(results[i].algo);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

void test_descriptors() {
  expect(kBadParam, cudnnCreateTensorDescriptor(nullptr), "null");
  expect(kSuccess, cudnnDestroyTensorDescriptor(nullptr), "destroying null");
  expect(kSuccess, tensor({2, 3, 4, 5}, {60, 20, 5, 1}), "4 axes");
  expect(kSuccess, tensor({2, 3, 4, 5}, {1, 1, 1, 1}), "overlap is found by the convolution");
  expect(kBadParam, tensor({2, 0, 4, 5}, {60, 20, 5, 1}), "a dim of 0");
  expect(kBadParam, tensor({2, 3, 4, 5}, {60, 20, 5, 0}), "a stride of 0");
  expect(kBadParam, tensor({2, 3, 4, 5}, {60, 20, 5, 1}, 99), "an unknown type");
  expect(kNotSupported, tensor(Ints(9, 2), Ints(9, 1)), "9 axes");
  expect(kSuccess, tensor({2, 1, 1, 1}, {2147483646, 1, 1, 1}), "2^31 - 1 elements");
  expect(kNotSupported, tensor({2, 1, 1, 1}, {2147483647, 1, 1, 1}), "2^31 elements");
  expect(kSuccess, filter({2, 3, 4}), "3 axes");
  expect(kBadParam, filter({2, 3}), "2 axes");
  expect(kBadParam, filter({2, 3, 0, 5}), "a dim of 0");
  expect(kBadParam, filter({2, 3, 4, 5}, 2), "vectors of channels");
  expect(kBadParam, convolution({-1, 1}, {1, 1}, {1, 1}), "negative padding");
  expect(kBadParam, convolution({1, 1}, {0, 1}, {1, 1}), "a stride of 0");
  expect(kBadParam, convolution({1, 1}, {1, 1}, {1, 0}), "a dilation of 0");
  expect(kBadParam, convolution({1, 1}, {1, 1}, {1, 1}, 2), "an unknown mode");
  expect(kBadParam, convolution({1, 1}, {1, 1}, {1, 1}, 1, 3), "computing in bytes");
  expect(kNotSupported, convolution(Ints(7, 1), Ints(7, 1), Ints(7, 1)), "7 axes");

  Object t;
  must(cudnnCreateTensorDescriptor(&t) == 0, "create");
  const int dims[] = {2, 3, 4, 5, 6};
  int type, rank, got[8], strides[8];
  expect(kSuccess, cudnnSetTensorNdDescriptorEx(t, kNhwc, 0, 5, dims), "channels last");
  expect(kSuccess, cudnnGetTensorNdDescriptor(t, 8, &type, &rank, got, strides), "get");
  const int expected[] = {360, 1, 90, 18, 3};
  check(type == 0 && rank == 5 && std::memcmp(dims, got, sizeof dims) == 0, "dims");
  check(std::memcmp(expected, strides, sizeof expected) == 0, "strides");
  expect(kSuccess, cudnnDestroyTensorDescriptor(t), "destroy");
  expect(kBadParam, cudnnDestroyTensorDescriptor(t), "destroying twice");

  Object c, f;
  int math = -1;
  must(cudnnCreateConvolutionDescriptor(&c) == 0 && cudnnCreateFilterDescriptor(&f) == 0, "create");
  expect(kSuccess, cudnnGetConvolutionMathType(c, &math), "get");
  check(math == kDefaultMath, "math type of a new descriptor");
  expect(kBadParam, cudnnSetConvolutionMathType(c, 7), "an unknown math type");
  expect(kBadParam, cudnnSetConvolutionGroupCount(c, 0), "0 groups");
  expect(kBadParam, cudnnSetConvolutionGroupCount(f, 1), "a descriptor of another kind");
  expect(kSuccess, cudnnDestroyConvolutionDescriptor(c), "destroy");
  expect(kSuccess, cudnnDestroyFilterDescriptor(f), "destroy");

  Object handle, stream = &handle;
  expect(kSuccess, cudnnCreate(&handle), "create");
  expect(kSuccess, cudnnGetStream(handle, &stream), "get");
  check(stream == nullptr, "stream of a new handle");
  expect(kSuccess, cudnnDestroy(handle), "destroy");
  expect(kBadParam, cudnnSetStream(handle, nullptr), "a handle that was destroyed");
  expect(kBadParam, cudnnSetStream(nullptr, nullptr), "null");
  check(cudnnGetVersion() / 10000 == 9, "version");
  check(std::strcmp(cudnnGetErrorString(2000), "CUDNN_STATUS_BAD_PARAM") == 0, "text");
  check(std::strcmp(cudnnGetErrorString(3), "CUDNN_UNKNOWN_STATUS") == 0, "cuDNN 8's number");
  expect(kNotSupported, cudnnAddTensor(), "what is not simulated");
}

void test_refusals() {
  Case many;
  many.x = {65536, 1, 1, 1};
  many.w = {1, 1, 1, 1};
  many.set();
  AlgoPerf results[8];
  int count = 0;
  for (Pass pass : {kForward, kBackwardData, kBackwardFilter}) {
    expect(kNotSupported, rank(many, pass, 8, &count, results), "more images than a grid's y axis has blocks");
  }
  many.x[0] = 65535;
  many.set();
  check(!able(many, kForward).empty() && !able(many, kBackwardData).empty(), "as many images as it has");

  Case c;
  c.x = {2, 3, 8, 7};
  c.w = {6, 3, 3, 3};
  c.pad = {1, 1};
  c.set();
  Array x(Floats(c.x_extent(), 1)), w(Floats(c.w_extent(), 1)), y(Floats(c.y_extent(), 1)), scratch(1 << 12);
  const auto forward = [&](int algorithm = 0) {
    return compute(c, kForward, algorithm, x.pointer, w.pointer, y.pointer, scratch.pointer, 1 << 14);
  };
  expect(kSuccess, forward(), "all well");
  expect(kBadParam, forward(8), "there is no algorithm 8");
  expect(kBadParam, forward(-1), "there is no algorithm -1");
  expect(kNotSupported, forward(3), "DIRECT");

  const auto with_y = [&](const Ints& dims, const Ints& strides) {
    must(cudnnSetTensorNdDescriptor(c.y_desc, 0, int(dims.size()), dims.data(), strides.data()) == 0, "y");
    const Status status = forward();
    c.set();
    return status;
  };
  for (const Ints& dims :
       {Ints{3, 6, 8, 7}, Ints{2, 5, 8, 7}, Ints{2, 6, 9, 7}, Ints{2, 6, 8, 6}, Ints{2, 6, 8, 7, 1}}) {
    expect(kBadParam, with_y(dims, packed(dims)), "y of another shape");
  }
  expect(kBadParam, with_y({2, 6, 8, 7}, {28, 56, 7, 1}), "overlapping strides");
  expect(kBadParam, with_y({2, 6, 8, 7}, {-336, 56, 7, 1}), "a negative stride");
  expect(kSuccess, with_y({2, 6, 8, 7}, {336, 56, 7, 1}), "all well again");

  const auto with = [&](auto change) {
    change();
    const Status status = forward();
    c.set();
    return status;
  };
  const Ints odd = {6, 2, 3, 3}, line = {6, 3, 3}, ones = {1, 1, 1}, halves = {0, 0};
  expect(kBadParam, with([&] { cudnnSetFilterNdDescriptor(c.w_desc, 0, kNchw, 4, odd.data()); }), "w's channels");
  expect(kBadParam, with([&] { cudnnSetFilterNdDescriptor(c.w_desc, 0, kNchw, 3, line.data()); }), "w's axes");
  expect(kBadParam, with([&] { cudnnSetFilterNdDescriptor(c.w_desc, 1, kNchw, 4, c.w.data()); }), "w of doubles");
  expect(kNotSupported, with([&] { cudnnSetFilterNdDescriptor(c.w_desc, 0, kNhwc, 4, c.w.data()); }), "w NHWC");
  expect(kBadParam, with([&] { cudnnSetConvolutionGroupCount(c.convolution, 3); }), "groups");
  expect(kBadParam,
         with([&] { cudnnSetConvolutionNdDescriptor(c.convolution, 3, ones.data(), ones.data(), ones.data(), 1, 0); }),
         "a 3-D convolution of images");
  expect(kBadParam, with([&] {
           cudnnSetConvolutionNdDescriptor(c.convolution, 2, halves.data(), ones.data(), ones.data(), 1, 0);
         }),
         "padding that does not give y");
  expect(kNotSupported, with([&] { cudnnSetConvolutionMathType(c.convolution, 2); }), "conversion to half");

  const float one = 1;
  const auto call = [&](Object handle, const void* alpha, Device px, Device pw, const void* beta, Device py) {
    return cudnnConvolutionForward(handle, alpha, c.x_desc, px, c.w_desc, pw, c.convolution, 0, 0, 0, beta, c.y_desc,
                                   py);
  };
  expect(kSuccess, call(c.handle, &one, x.pointer, w.pointer, &one, y.pointer), "all well");
  expect(kBadParam, call(nullptr, &one, x.pointer, w.pointer, &one, y.pointer), "null handle");
  expect(kBadParam, call(c.x_desc, &one, x.pointer, w.pointer, &one, y.pointer), "a descriptor for a handle");
  expect(kBadParam, call(c.handle, nullptr, x.pointer, w.pointer, &one, y.pointer), "null alpha");
  expect(kBadParam, call(c.handle, &one, x.pointer, w.pointer, nullptr, y.pointer), "null beta");
  expect(kBadParam, call(c.handle, &one, 0, w.pointer, &one, y.pointer), "null x");
  expect(kBadParam, call(c.handle, &one, x.pointer, 0, &one, y.pointer), "null w");
  expect(kBadParam, call(c.handle, &one, x.pointer, w.pointer, &one, 0), "null y");
  expect(kBadParam, call(c.handle, &one, x.pointer + 2, w.pointer, &one, y.pointer), "x is misaligned");
  expect(kBadParam, call(c.handle, &one, x.pointer, w.pointer, &one, x.pointer), "y lies on x");
  expect(kBadParam, call(c.handle, &one, y.pointer + 64, w.pointer, &one, y.pointer), "y lies on a part of x");
  expect(kBadParam, compute(c, kBackwardData, 1, y.pointer, w.pointer, y.pointer, scratch.pointer, 1 << 14),
         "dx lies on dy");
  expect(kBadParam, compute(c, kBackwardFilter, 1, x.pointer, x.pointer, y.pointer, scratch.pointer, 1 << 14),
         "dw lies on x");
  must(cuCtxSynchronize() == 0, "work on the device");

  // x and y may take turns in one array, image by image, if they share no element.
  const int x_image = 3 * 8 * 7, y_image = 6 * 8 * 7;
  c.x_strides[0] = c.y_strides[0] = x_image + y_image;
  c.set();
  Array both(Floats(2 * size_t(x_image + y_image), 1));
  const Device y_start = both.pointer + size_t(x_image) * sizeof(float);
  expect(kSuccess, call(c.handle, &one, both.pointer, w.pointer, &one, y_start), "x and y take turns");
  expect(kBadParam, call(c.handle, &one, both.pointer, w.pointer, &one, y_start - sizeof(float)), "y on x's end");
  must(cuCtxSynchronize() == 0, "work on the device");
}

void test_algorithms() {
  Case c;
  c.x = {2, 3, 16, 15};
  c.w = {6, 3, 3, 3};
  c.pad = {1, 1};
  c.set();
  int capability = 0;
  must(cuDeviceGetAttribute(&capability, 75, 0) == 0, "the major compute capability");
  // WINOGRAD, which is not NONFUSED, is listed here and not on new devices.
  const auto is = [&](const char* what, Ints forward, Ints data, const Ints& filter) {
    if (capability >= 9) {
      forward.erase(std::remove(forward.begin(), forward.end(), 6), forward.end());
      data.erase(std::remove(data.begin(), data.end(), 4), data.end());
    }
    check(able(c, kForward) == forward, std::string(what) + ": forward");
    check(able(c, kBackwardData) == data, std::string(what) + ": backward data");
    check(able(c, kBackwardFilter) == filter, std::string(what) + ": backward filter");
  };
  is("3x3", {0, 1, 2, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 5, 6});
  c.y_strides[0] += 10;
  c.set();
  is("a gap between images", {0, 1, 2, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 5, 6});
  c.y_strides = {6 * 16 * 15, 1, 15 * 6, 6};
  c.set();
  is("y channels-last", {0, 1, 2, 6, 7}, {}, {});
  c.x_strides = {3 * 16 * 15, 1, 15 * 3, 3};
  c.w_format = kNhwc;
  c.set();
  is("all channels-last", {0, 1, 2, 6, 7}, {0, 1}, {0, 1, 3});
  c.w_format = kNchw;
  c.x_strides = {10 * 16 * 15, 2 * 16 * 15, 15, 1};
  c.y_strides = packed(c.y);
  c.set();
  is("a gap between x's channels", {0, 1, 2, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5}, {0, 1, 3, 5});
  c.x_strides = packed(c.x);
  c.w = {6, 3, 5, 5};
  c.pad = {2, 2};
  c.set();
  is("5x5", {0, 1, 2, 4, 5, 7}, {0, 1, 2, 3, 5}, {0, 1, 2, 3, 5, 6});
  c.w = {6, 3, 5, 3};
  c.pad = {2, 1};
  c.set();
  is("5x3", {0, 1, 2, 4, 5}, {0, 1, 2, 3}, {0, 1, 2, 3, 6});
  c.pad = {5, 1};
  c.y_strides.clear();
  c.set();
  is("padding as large as the filter", {0, 1, 2}, {0, 1}, {0, 1, 3});
  c.w = {6, 3, 3, 3};
  c.pad = {1, 1};
  c.stride = {2, 1};
  c.y_strides.clear();
  c.set();
  is("stride 2", {0, 1, 2}, {0, 1}, {0, 1, 3});
  c.stride = {1, 1};
  c.dilation = {1, 2};
  c.y_strides.clear();
  c.set();
  is("dilation 2", {0, 1}, {0, 1}, {0, 1, 3});
  c.dilation = {1, 1};
  c.x = {1, 3, 300, 15};
  c.x_strides.clear();
  c.y_strides.clear();
  c.set();
  is("large images", {0, 1, 2, 5, 6, 7}, {0, 1, 3, 4, 5}, {0, 1, 3, 5, 6});
  c.x = {2, 3, 6, 16, 15};
  c.w = {6, 3, 3, 3, 3};
  c.pad = {1, 1, 1};
  c.stride = c.dilation = {1, 1, 1};
  c.set();
  is("3-D", {0, 1, 5}, {0, 1, 3}, {0, 1, 3, 6});

  AlgoPerf results[9];
  int count = -1;
  expect(kSuccess, rank(c, kForward, 2, &count, results), "two of them");
  check(count == 2, "two of them");
  expect(kBadParam, rank(c, kForward, 0, &count, results), "none of them");
  expect(
      kSuccess,
      cudnnFindConvolutionForwardAlgorithm(c.handle, c.x_desc, c.w_desc, c.convolution, c.y_desc, 9, &count, results),
      "find");
  check(count == 8 && results[0].time > 0 && results[0].time <= results[1].time, "times in order");

  int dims[5];
  expect(kSuccess, cudnnGetConvolutionNdForwardOutputDim(c.convolution, c.x_desc, c.w_desc, 5, dims), "dims");
  check(Ints(dims, dims + 5) == c.y, "dims");
  expect(kBadParam, cudnnGetConvolutionNdForwardOutputDim(c.convolution, c.x_desc, c.w_desc, 6, dims), "6 axes");
}

void test_workspace() {
  Case c;
  c.x = {2, 3, 8, 7};
  c.w = {6, 3, 3, 3};
  c.set();
  Array x(Floats(c.x_extent(), 1)), w(Floats(c.w_extent(), 1)), y(c.y_extent());
  size_t size = 0;
  expect(kSuccess, workspace_size(c, kForward, 1, &size), "size");
  must(size >= 64, "a test of nothing");
  const size_t floats = size / sizeof(float);
  Array scratch(Floats(floats + 100, 0.5f));
  const auto forward = [&](Device workspace, size_t bytes) {
    return compute(c, kForward, 1, x.pointer, w.pointer, y.pointer, workspace, bytes);
  };
  expect(kBadParam, forward(scratch.pointer, size - 1), "too small");
  expect(kBadParam, forward(0, size), "null");
  expect(kBadParam, forward(scratch.pointer, size + 1000), "beyond its end");
  expect(kBadParam, forward(x.pointer, size), "workspace on x");
  expect(kBadParam, forward(y.pointer, size), "workspace on y");
  expect(kSuccess, forward(scratch.pointer, size), "all well");
  const Floats after = scratch.get();
  for (size_t i = 0; i < after.size(); i++) {
    check(i < floats ? std::isnan(after[i]) : after[i] == 0.5f, "garbage in the workspace, nothing behind it");
  }
  for (const float v : y.get()) check(v == 27, "y, which was never written before");
  // The descriptors are read when the call is made.
  expect(kSuccess, forward(scratch.pointer, size), "all well");
  const Ints other = {1, 1, 1, 1};
  must(cudnnSetTensorNdDescriptor(c.x_desc, 0, 4, other.data(), other.data()) == 0, "x");
  for (const float v : y.get()) check(v == 27, "y, with descriptors that changed meanwhile");
}
