// Hooked: a LibTorch module whose output is a site. LibTorch has no forward hooks and `forward` is not virtual, but
// `m(x)`, `m->forward(x)`, AnyModule and Sequential all end in the Impl's `forward`: the wrapper derives from the
// Impl and shadows it. Parameter names stay, so checkpoints of the plain module load.
#pragma once

#include "suture/hook/hook_point.hpp"
#include "suture/tensor/torch.hpp"

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace suture {

template <class Base, class L, class... Args>
class HookedImpl;

namespace detail {
/// LibTorch before 2.1 has Module as a virtual base, which the most derived class must copy itself.
template <class D>
concept virtual_module = !requires(torch::nn::Module* m) { static_cast<D*>(m); };

template <class Base, class L, class R, class C, class... Args>
HookedImpl<Base, L, Args...> hooked_impl(R (C::*)(Args...));
template <class Base, class L, class R, class C, class... Args>
HookedImpl<Base, L, Args...> hooked_impl(R (C::*)(Args...) const);
/// The HookedImpl with the parameters of Base's forward: AnyModule takes the address of one signature.
template <class Base, class L>
using hooked_impl_of = decltype(hooked_impl<Base, L>(&Base::forward));

template <class Device>
std::remove_cvref_t<Device> clone_device_of(std::shared_ptr<torch::nn::Module> (torch::nn::Module::*)(Device) const);
/// The optional device that `Module::clone` takes: c10's or std's, as the LibTorch version has it.
using clone_device = decltype(clone_device_of(&torch::nn::Module::clone));
}  // namespace detail

/// The Impl of a hooked module: `Base`, with a site at its output.
template <class Base, class L, class... Args>
class HookedImpl : public Base {
public:
    using Base::Base;
    explicit HookedImpl(const Base& module) requires(!detail::virtual_module<Base>) : Base(module) {}
    explicit HookedImpl(const Base& module) requires detail::virtual_module<Base>
        : torch::nn::Module(module), Base(module) {}

    at::Tensor forward(Args... args) { return output(Base::forward(std::forward<Args>(args)...)); }

    /// `forward` with the default arguments of the wrapped module.
    template <class... Given>
    at::Tensor call(Given&&... given) { return output(Base::forward(std::forward<Given>(given)...)); }

    /// A copy with parameters and a site of its own; hooks at this site do not follow.
    std::shared_ptr<torch::nn::Module> clone(const detail::clone_device& device = {}) const override {
        auto copy = std::make_shared<HookedImpl>(dynamic_cast<const Base&>(*Base::clone(device)));
        copy->output.rename(output.name());
        return copy;
    }

    /// The site at the module's output.
    HookPoint<L> output;
};

/// A module holder whose module has a site at its output, to be used in place of the plain one:
///
///     Hooked<torch::nn::Linear, Gpt2Qkv<768, 12>> c_attn{nullptr};   // a typed site
///     Hooked<torch::nn::Linear> proj{nullptr};                       // AnyLayout: hooks.add<L>(proj, recipe)
///
/// The module's `forward` takes anything and returns one tensor.
template <class Holder, class L = AnyLayout>
class Hooked : public torch::nn::ModuleHolder<detail::hooked_impl_of<typename Holder::ContainedType, L>> {
public:
    using Impl = detail::hooked_impl_of<typename Holder::ContainedType, L>;
    using torch::nn::ModuleHolder<Impl>::ModuleHolder;

    template <class... Given>
    at::Tensor operator()(Given&&... given) { return this->get()->call(std::forward<Given>(given)...); }
};

}  // namespace suture
