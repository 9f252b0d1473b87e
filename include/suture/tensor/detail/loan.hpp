// Lending: activations that other code may look at while it is called, and must neither write nor keep. `const
// at::Tensor&` protects nothing, because `mul_` is a const member, so what it did is checked afterwards.
#pragma once

#include "suture/tensor/detail/handle.hpp"
#include "suture/tensor/detail/write_watch.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/core/Storage.h>
#include <c10/core/TensorImpl.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

namespace suture::detail {

[[noreturn]] inline void throw_kept(const char* borrower) {
    throw OwnershipError(std::string(borrower) +
                         " kept what it was lent, which the model may write later: keep a clone()");
}

/// The same values as a tensor with storage and a version counter of its own, although the memory is shared: whoever
/// holds one of its handles or views can be counted, and writes are seen in inference mode too.
/// @pre `t` has strided storage that autograd does not follow
inline at::Tensor private_alias(const at::Tensor& t) {
    const c10::InferenceMode off(false);
    const at::NoGradGuard no_grad;
    const c10::Storage& storage = t.storage();
    c10::StorageImpl* const owner = storage.unsafeGetStorageImpl();
    c10::raw::intrusive_ptr::incref(owner);
    const auto release = [](void* held) {
        c10::raw::intrusive_ptr::decref(static_cast<c10::intrusive_ptr_target*>(held));
    };
    c10::DataPtr memory(storage.data_ptr().get(), static_cast<c10::intrusive_ptr_target*>(owner), release,
                        storage.device());
    c10::Storage shared(c10::Storage::use_byte_size_t(), storage.nbytes(), std::move(memory), /*allocator=*/nullptr,
                        /*resizable=*/false);
    const c10::DispatchKeySet keys(t.device().is_cuda() ? c10::DispatchKey::CUDA : c10::DispatchKey::CPU);
    at::Tensor alias = at::detail::make_tensor<c10::TensorImpl>(std::move(shared), keys, t.dtype());
    alias.unsafeGetTensorImpl()->set_sizes_and_strides(t.sizes(), t.strides(), t.storage_offset());
    return alias;
}

/// A tensor that a function is lent while it runs. With gradients enabled, it is the tensor itself under a handle of its
/// own, because graphs must see its version, and graphs may keep it; otherwise a handle that is kept is noticed as well.
class LentTensor {
public:
    explicit LentTensor(const at::Tensor& t) : is_private_(can_be_private(t)), lent_(handle_of(t)), watch_(lent_) {}
    LentTensor(const LentTensor&) = delete;
    LentTensor& operator=(const LentTensor&) = delete;

    const at::Tensor& tensor() const { return lent_; }

    /// @throws OwnershipError if the tensor, or a view of it, was written
    void check_unwritten(const char* borrower) const { watch_.check(borrower); }
    /// @throws OwnershipError if a handle or a view of the tensor was kept. Call it when the results of the function no
    ///         longer alias the tensor.
    void check_unkept(const char* borrower) const {
        if (is_private_ && (lent_.use_count() != 1 || lent_.storage().use_count() != 1)) throw_kept(borrower);
    }

private:
    static bool can_be_private(const at::Tensor& t) {
        return t.defined() && !at::GradMode::is_enabled() && t.layout() == at::kStrided &&
               (t.device().is_cpu() || t.device().is_cuda()) && t.has_storage() && !t.is_quantized() &&
               !t.is_nested() && !t.is_conj() && !t.is_neg() && !t._is_zerotensor() && is_plain_mode() &&
               !has_tangent(t);
    }
    at::Tensor handle_of(const at::Tensor& t) const {
        if (is_private_) return private_alias(t);
        // Views with lazy conjugation or negation: a copy, which may be written and kept.
        if (t.defined() && !at::GradMode::is_enabled() && (t.is_conj() || t.is_neg()))
            return t.resolve_conj().resolve_neg();
        return t.defined() && t.layout() == at::kStrided ? own_handle(t) : t;
    }

    bool is_private_;
    at::Tensor lent_;
    WriteWatch watch_;
};

/// A count of the Views and pieces that a hook's View has become. Copies of a Loan count; a default one counts nothing.
class Loan {
public:
    Loan() = default;
    static Loan make() { return Loan(new std::atomic<long>(1)); }
    Loan(const Loan& other) noexcept : count_(other.count_) {
        if (count_) count_->fetch_add(1, std::memory_order_relaxed);
    }
    Loan(Loan&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Loan& operator=(Loan other) noexcept {
        std::swap(count_, other.count_);
        return *this;
    }
    ~Loan() {
        if (count_ && count_->fetch_sub(1, std::memory_order_acq_rel) == 1) delete count_;
    }
    /// The same loan again, which does not count. @pre forget() is called before it is destroyed or changed
    Loan uncounted() const { return Loan(count_); }
    void forget() { count_ = nullptr; }
    /// Whether nothing else holds it.
    bool is_alone() const { return !count_ || count_->load(std::memory_order_acquire) == 1; }

private:
    explicit Loan(std::atomic<long>* count) : count_(count) {}
    std::atomic<long>* count_ = nullptr;
};

/// The loan of a hook that runs now. Hooks of one thread run inside one another, so each depth has a loan to use again.
class LoanOfThread {
public:
    LoanOfThread() : loans_(of_thread()), loan_(loans_.depth < kept ? &loans_.all[loans_.depth] : &own_) {
        if (loan_ == &own_ || !loan_->is_alone()) *loan_ = Loan::make();
        ++loans_.depth;
    }
    LoanOfThread(const LoanOfThread&) = delete;
    LoanOfThread& operator=(const LoanOfThread&) = delete;
    ~LoanOfThread() { --loans_.depth; }
    const Loan& get() const { return *loan_; }

private:
    static constexpr std::size_t kept = 4;
    struct Loans {
        std::size_t depth = 0;
        std::array<Loan, kept> all{Loan::make(), Loan::make(), Loan::make(), Loan::make()};
    };
    static Loans& of_thread() {
        static thread_local Loans loans;
        return loans;
    }
    Loans& loans_;
    Loan own_;  ///< of a hook deeper than the loans that are kept
    Loan* loan_;
};

}  // namespace suture::detail
