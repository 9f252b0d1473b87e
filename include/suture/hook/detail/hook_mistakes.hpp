// What can be wrong with the arguments of HookSet::add, as far as their types show it.
#pragma once

#include "suture/edit/edit.hpp"
#include "suture/edit/slot.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/reading.hpp"

#include <concepts>
#include <string>
#include <type_traits>

namespace suture::detail {

enum class HookMistake : unsigned char {
    none,
    wrong_order,
    path_as_site,
    model_as_site,
    module_without_a_site,
    several_hooks,
    needless_layout,
    not_a_layout,
    no_operation,
    value_as_hook,
    temporary_board,
    const_board,
};

template <class M>
concept ModelOfSites = requires(M& m) {
    m->visit_sites({});
}
|| requires(M& m) { m.visit_sites({}); };
template <class M>
concept SomeModule = requires(M& m) {
    m->named_children();
}
|| requires(M& m) { m.named_children(); };

/// A module that is not a layer of its own but made of others, as far as its type shows it.
template <class M>
concept ModuleOfModules = SomeModule<M> && !requires(M & m) {
    m->options;
}
&&!requires(M & m) { m->weight; }
&&!requires(M & m) { m.options; }
&&!requires(M & m) { m.weight; };

/// A value, which a recipe sets: `on<Layout>().set(value)`.
template <class F>
concept ValueAsHook = Number<std::remove_cvref_t<F>> || std::same_as<std::remove_cvref_t<F>, at::Tensor> ||
    Readable<F> || std::same_as<std::remove_cvref_t<F>, Slot>;

/// An object that keeps something per layer: a Board, a recorder.
template <class A>
concept Layered = requires(std::remove_cvref_t<A>& a) {
    a.attached();
};

/// What is wrong with adding one hook of type F.
template <class F>
inline constexpr HookMistake mistake_of_hook = is_place<std::remove_cvref_t<F>> ? HookMistake::no_operation
                                               : ValueAsHook<F>                 ? HookMistake::value_as_hook
                                               : !Layered<F>                    ? HookMistake::none
                                               : !std::is_lvalue_reference_v<F> ? HookMistake::temporary_board
                                               : std::is_const_v<std::remove_reference_t<F>> ? HookMistake::const_board
                                                                                             : HookMistake::none;
}  // namespace suture::detail
