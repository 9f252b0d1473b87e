// The modes that sub-graphs of an exported model switch for the nodes in them.
#pragma once

#include "suture/exported/detail/graph.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include <optional>
#include <string>

namespace suture::detail {

/// Switches autocasting for one type of device, and back when it ends. Its casts are cached only within it.
class AutocastGuard {
public:
    explicit AutocastGuard(const ExportedAutocast& wanted)
        : device_(wanted.device), was_enabled_(is_enabled()), had_dtype_(dtype()) {
        at::autocast::increment_nesting();
        if (wanted.dtype) set_dtype(*wanted.dtype);
        set_enabled(wanted.is_enabled);
    }
    AutocastGuard(const AutocastGuard&) = delete;
    AutocastGuard& operator=(const AutocastGuard&) = delete;
    ~AutocastGuard() {
        set_enabled(was_enabled_);
        set_dtype(had_dtype_);
        if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    }

private:
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    bool is_enabled() const { return at::autocast::is_autocast_enabled(device_); }
    void set_enabled(bool enabled) const { at::autocast::set_autocast_enabled(device_, enabled); }
    at::ScalarType dtype() const { return at::autocast::get_autocast_dtype(device_); }
    void set_dtype(at::ScalarType dtype) const { at::autocast::set_autocast_dtype(device_, dtype); }
#else
    bool is_cpu() const {
        if (device_ != c10::DeviceType::CPU && device_ != c10::DeviceType::CUDA)
            throw ModelError("this LibTorch autocasts on cpu and cuda, and the model asks for " +
                             c10::DeviceTypeName(device_, /*lower_case=*/true) + ": use LibTorch 2.4 or later");
        return device_ == c10::DeviceType::CPU;
    }
    bool is_enabled() const { return is_cpu() ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled(); }
    void set_enabled(bool enabled) const {
        is_cpu() ? at::autocast::set_cpu_enabled(enabled) : at::autocast::set_enabled(enabled);
    }
    at::ScalarType dtype() const {
        return is_cpu() ? at::autocast::get_autocast_cpu_dtype() : at::autocast::get_autocast_gpu_dtype();
    }
    void set_dtype(at::ScalarType dtype) const {
        is_cpu() ? at::autocast::set_autocast_cpu_dtype(dtype) : at::autocast::set_autocast_gpu_dtype(dtype);
    }
#endif
    c10::DeviceType device_;
    bool was_enabled_;
    at::ScalarType had_dtype_;
};

}  // namespace suture::detail
