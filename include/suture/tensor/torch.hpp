// LibTorch's tensors. Every header of suture that needs LibTorch includes this header first: in C++20 mode, clang 14
// compiles LibTorch before 2.1 only if ivalue.h precedes its other headers.
#pragma once

#if defined(__clang__)
#include <ATen/core/ivalue.h>
#endif

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
