// One thread, so that sums are added in the same order whatever the number of cores.
#pragma once

#include <ATen/Parallel.h>

#include <dlfcn.h>

namespace examples {

/// While an object of this class exists, LibTorch and its BLAS compute in the calling thread alone.
class OneThread {
public:
    OneThread() {
        at::set_num_threads(1);
        if (set_) set_(1);
    }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;
    ~OneThread() {
        at::set_num_threads(threads_);
        if (set_) set_(blas_threads_);
    }

private:
    /// A function of OpenBLAS, whose threads LibTorch does not control; null if another BLAS is linked.
    template <class Function>
    static Function* of_openblas(const char* name) {
        return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
    }
    static int count_of_openblas() {
        const auto get = of_openblas<int()>("openblas_get_num_threads");
        return get ? get() : 1;
    }

    int threads_ = at::get_num_threads(), blas_threads_ = count_of_openblas();
    void (*set_)(int) = of_openblas<void(int)>("openblas_set_num_threads");
};

}  // namespace examples
