// Hooked: a LibTorch module whose input and output are sites. LibTorch has no forward hooks and `forward` is not
// virtual, but `m(x)`, `m->forward(x)`, AnyModule and Sequential all end in the Impl's `forward`: the wrapper derives
// from the Impl and shadows it. Parameter names stay, so checkpoints of the plain module load.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/hook/detail/leaves.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/sites.hpp"
#include "suture/tensor/torch.hpp"

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

template <class Base, class Out, class In, class Forward>
class HookedImpl;

namespace detail {
/// LibTorch before 2.1 has Module as a virtual base, which the most derived class must copy itself.
template <class D>
concept VirtualModule = !requires(torch::nn::Module * m) {
    static_cast<D*>(m);
};

template <class R, class C, class... Args>
auto signature_of(R (C::*)(Args...)) -> R (*)(Args...);
template <class R, class C, class... Args>
auto signature_of(R (C::*)(Args...) const) -> R (*)(Args...);
template <class>
inline constexpr bool is_const_forward = false;
template <class R, class C, bool NoExcept, class... Args>
inline constexpr bool is_const_forward<R (C::*)(Args...) const noexcept(NoExcept)> = true;

template <class Device>
std::remove_cvref_t<Device> clone_device_of(std::shared_ptr<torch::nn::Module> (torch::nn::Module::*)(Device) const);
/// The optional device that `Module::clone` takes: c10's or std's, as the LibTorch version has it.
using clone_device = decltype(clone_device_of(&torch::nn::Module::clone));

/// The number of places for tensors in T after the first: those whose sites have no layout.
template <class T>
inline constexpr std::size_t further_leaves = leaves_in<T> > 1 ? leaves_in<T> - 1 : 0;

/// Whether hooks may replace the tensors in a parameter of this type: it has some, and it is not a reference through
/// which the module may write.
template <class P>
inline constexpr bool is_replaceable = leaves_in<std::remove_cvref_t<P>> > 0 &&
                                       (!std::is_lvalue_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>);

/// Makes a Base a HasSites, unless it already is one.
struct no_further_base {};
template <class Base>
using sites_base = std::conditional_t<std::derived_from<Base, HasSites>, no_further_base, HasSites>;

/// What the two forms of HookedImpl share.
template <class Self, class Base, class Out, class In, class R, class... Args>
class WithSites : public Base, public sites_base<Base> {
    using results = std::remove_cvref_t<R>;
    /// The arguments whose tensors hooks may replace.
    using arguments = std::tuple<std::conditional_t<is_replaceable<Args>, std::remove_cvref_t<Args>, int>...>;

public:
    using Base::Base;
    explicit WithSites(const Base& module) requires std::copy_constructible<Base> : Base(module) {}

    /// `forward` with the default arguments of the wrapped module.
    template <class... Given>
    results call(Given&&... given) {
        return enter(static_cast<Base&>(*this), std::forward<Given>(given)...);
    }

    /// A copy with parameters and sites of its own; hooks at these sites do not follow.
    std::shared_ptr<torch::nn::Module> clone(const clone_device& device = {}) const override {
        if constexpr (!std::copy_constructible<Base>)
            return Base::clone(device);  // throws, with LibTorch's own message
        else
            return named_copy(dynamic_cast<const Base&>(*Base::clone(device)));
    }

    /// The module's own path is the site of its output; ".input" is the site of its input.
    void visit_sites(const SiteVisitor& visit) override {
        if constexpr (std::derived_from<Base, HasSites>) Base::visit_sites(visit);
        if constexpr (leaves_in < results >> 0) visit("", output);
        for (std::size_t i = 0; i < other_outputs.size(); ++i)
            visit("output." + std::to_string(i + 1), other_outputs[i]);
        if constexpr (leaves_in < arguments >> 0) visit("input", input);
        for (std::size_t i = 0; i < other_inputs.size(); ++i) visit("input." + std::to_string(i + 1), other_inputs[i]);
    }

    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(module, recipe)", register_forward_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(module->input, recipe)",
                    register_forward_pre_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(module, recipe)", add_hook(...) const);

    /// The site of the result, or of its first tensor.
    HookPoint<Out> output;
    /// The site of the first tensor among the arguments: hooks here run before the module.
    HookPoint<In> input;
    /// The sites of the other tensors in the result: an LSTM's states, attention's weights. A vector's elements share one.
    std::array<HookPoint<AnyLayout>, further_leaves<results>> other_outputs;
    /// The sites of the other tensors among the arguments.
    std::array<HookPoint<AnyLayout>, further_leaves<arguments>> other_inputs;

protected:
    /// Passes the arguments through the input sites, runs `module`, and passes the result through the output sites.
    template <class Module, class... Given>
    results enter(Module& module, Given&&... given) const {
        if (innermost_scope == nullptr && !ScopesOfAllThreads::are_there()) [[likely]]
            return module.Base::forward(std::forward<Given>(given)...);
        return run_with(module, 0, std::index_sequence_for<Given...>(), std::forward<Given>(given)...);
    }

private:
    auto named_copy(const Base& module) const {
        auto copy = std::make_shared<Self>(module);
        copy->output = output;
        copy->input = input;
        copy->other_outputs = other_outputs;
        copy->other_inputs = other_inputs;
        return copy;
    }

    template <std::size_t I>
    using parameter = std::tuple_element_t<I, std::tuple<Args...>>;
    /// A value of the parameter's type if hooks may replace a tensor in it; otherwise the argument as it was given.
    template <class P, class Given>
    using passed_as = std::conditional_t<is_replaceable<P>, std::remove_cvref_t<P>, Given&&>;

    template <class Module, std::size_t... Is, class... Given>
    results run_with(Module& module, std::size_t first, std::index_sequence<Is...>, Given&&... given) const {
        // Braces: from left to right.
        std::tuple<passed_as<parameter<Is>, Given>...> passed{passed_in<parameter<Is>, Given>(given, first)...};
        results result = std::apply(
            [&module](auto&... all) -> results {
                return module.Base::forward(static_cast<passed_as<parameter<Is>, Given>&&>(all)...);
            },
            passed);
        for_each_leaf(result, 0, [this](at::Tensor& t, std::size_t leaf) {
            t = leaf == 0 ? output(std::move(t)) : other_outputs[leaf - 1](std::move(t));
        });
        return result;
    }
    template <class P, class Given>
    passed_as<P, Given> passed_in(std::remove_reference_t<Given>& given, std::size_t& first) const {
        if constexpr (!is_replaceable<P>) {
            return std::forward<Given>(given);
        } else {
            std::remove_cvref_t<P> value(std::forward<Given>(given));
            const std::size_t place = std::exchange(first, first + leaves_in<std::remove_cvref_t<P>>);
            for_each_leaf(value, place, [this](at::Tensor& t, std::size_t leaf) {
                t = leaf == 0 ? input(std::move(t)) : other_inputs[leaf - 1](std::move(t));
            });
            return value;
        }
    }
};

/// Adds the forward, const like that of the wrapped module: AnyModule takes the address of one signature.
template <class Self, bool is_const, class Base, class Out, class In, class R, class... Args>
class WithForward : public WithSites<Self, Base, Out, In, R, Args...> {
public:
    using WithForward::WithSites::WithSites;
    std::remove_cvref_t<R> forward(Args... args) {
        return this->enter(static_cast<Base&>(*this), std::forward<Args>(args)...);
    }
};
template <class Self, class Base, class Out, class In, class R, class... Args>
class WithForward<Self, true, Base, Out, In, R, Args...> : public WithSites<Self, Base, Out, In, R, Args...> {
public:
    using WithForward::WithSites::WithSites;
    std::remove_cvref_t<R> forward(Args... args) const {
        return this->enter(static_cast<const Base&>(*this), std::forward<Args>(args)...);
    }
};
}  // namespace detail

/// The Impl of a hooked module: `Base`, with sites at its input and output.
template <class Base, class Out, class In, class R, class... Args>
class HookedImpl<Base, Out, In, R (*)(Args...)>
    : public detail::WithForward<HookedImpl<Base, Out, In, R (*)(Args...)>,
                                 detail::is_const_forward<decltype(&Base::forward)>, Base, Out, In, R, Args...> {
public:
    using HookedImpl::WithForward::WithForward;
    explicit HookedImpl(const Base& module) requires(std::copy_constructible<Base> && !detail::VirtualModule<Base>)
        : HookedImpl::WithForward(module) {}
    explicit HookedImpl(const Base& module) requires(std::copy_constructible<Base>&& detail::VirtualModule<Base>)
        : torch::nn::Module(module), HookedImpl::WithForward(module) {}
};

namespace detail {
/// The HookedImpl with the parameters of Base's forward: AnyModule takes the address of one signature.
template <class Base, class Out, class In>
struct hooked_impl_of {
    static_assert((Layout<Out> || std::same_as<Out, AnyLayout>)&&(Layout<In> || std::same_as<In, AnyLayout>),
                  "a site has a layout: write Hooked<torch::nn::Linear, Gpt2Qkv<768, 12>>");
    static_assert(
        requires { &Base::forward; }, "forward is overloaded, a template or missing: give the module one forward");
    using type = HookedImpl<Base, Out, In, decltype(signature_of(&Base::forward))>;
};
}  // namespace detail

namespace detail {
/// The module that a holder holds.
template <class Holder>
struct held_module {
    static_assert(
        requires { typename Holder::ContainedType; },
        "Hooked takes the holder of a module: write Hooked<torch::nn::Linear, Layout>");
    using type = typename Holder::ContainedType;
};
}  // namespace detail

/// A module holder whose module has sites at its input and output. Use it in place of the plain holder:
///
///     Hooked<torch::nn::Linear, Gpt2Qkv<768, 12>> c_attn{nullptr};   // a typed site: hooks.add(c_attn, recipe)
///     Hooked<torch::nn::Linear> proj{nullptr};                       // AnyLayout: hooks.add<L>(proj, recipe)
///     hooks.add(c_attn->input, callback);                            // before the module runs
///
/// The module's `forward` may have any arguments and result; their tensors, and tuples, optionals and vectors of tensors,
/// pass sites. Calling the wrapped type's own `forward` bypasses the sites: `module->as<torch::nn::Linear>()->forward(x)`.
/// On LibTorch 1.13 the BatchNorm and InstanceNorm modules do not link when they are wrapped (Debian hides their
/// base's `pretty_print`): pass their result through a HookPoint instead.
template <class Holder, class Out = AnyLayout, class In = AnyLayout>
class Hooked : public torch::nn::ModuleHolder<
                   typename detail::hooked_impl_of<typename detail::held_module<Holder>::type, Out, In>::type> {
public:
    using Impl = typename detail::hooked_impl_of<typename detail::held_module<Holder>::type, Out, In>::type;
    using torch::nn::ModuleHolder<Impl>::ModuleHolder;

    template <class... Given>
    auto operator()(Given&&... given) {
        return this->get()->call(std::forward<Given>(given)...);
    }
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(module, recipe)", add(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(module, recipe)", add_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(module, recipe)", hook(...) const);
#define SUTURE_BEHIND_THE_HOLDER(name) \
    template <class...>                \
    SUTURE_REJECTED("a holder points to its module: write module->" #name "(...)", name(...) const);
    SUTURE_BEHIND_THE_HOLDER(forward)
    SUTURE_BEHIND_THE_HOLDER(to)
    SUTURE_BEHIND_THE_HOLDER(eval)
    SUTURE_BEHIND_THE_HOLDER(train)
    SUTURE_BEHIND_THE_HOLDER(parameters)
    SUTURE_BEHIND_THE_HOLDER(named_parameters)
    SUTURE_BEHIND_THE_HOLDER(clone)
    SUTURE_BEHIND_THE_HOLDER(zero_grad)
#undef SUTURE_BEHIND_THE_HOLDER
    template <class...>
    SUTURE_REJECTED("a site goes by its name: write module->output.name()", name(...) const);
    template <class...>
    SUTURE_REJECTED("a site goes by its name: write module->output.name()", path(...) const);
    template <class...>
    SUTURE_REJECTED("a hooked module is a site itself: write hooks.add(module, recipe)", site(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(module, recipe)", register_forward_hook(...) const);
};

namespace detail {
struct NoHolder;
}  // namespace detail
// Without a holder, for the sentence of held_module.
template <class... Given>
Hooked(Given...) -> Hooked<detail::NoHolder>;

}  // namespace suture

#include "suture/core/end_refuse.hpp"
