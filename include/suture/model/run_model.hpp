// Running a model whatever its kind: a module, a holder or pointer of one, a function.
#pragma once

#include "suture/tensor/error.hpp"

#include <concepts>
#include <type_traits>
#include <utility>

namespace suture::detail {

template <class Model, class... Inputs>
concept forwards_by_pointer = requires(Model& m, Inputs&&... inputs) {
    m->forward(std::forward<Inputs>(inputs)...);
};
template <class Model, class... Inputs>
concept forwards = requires(Model& m, Inputs&&... inputs) {
    m.forward(std::forward<Inputs>(inputs)...);
};

/// A module or a holder of one: what it takes, its forward says. The call operator of a holder takes anything.
template <class Model>
concept TorchModule = requires(Model& m) {
    m->named_children();
}
|| requires(Model& m) { m.named_children(); };

/// A model that run_model can run with these inputs.
template <class Model, class... Inputs>
concept Runnable = forwards_by_pointer<Model, Inputs...> || forwards<Model, Inputs...> ||
    (!TorchModule<Model> && std::invocable<Model&, Inputs...>);

/// What `model->forward(inputs...)`, `model.forward(inputs...)` or `model(inputs...)` gives: the first that there is.
template <class Model, class... Inputs>
auto run_model(Model& model, Inputs&&... inputs) {
    if constexpr (forwards_by_pointer<Model, Inputs...>)
        return model->forward(std::forward<Inputs>(inputs)...);
    else if constexpr (forwards<Model, Inputs...>)
        return model.forward(std::forward<Inputs>(inputs)...);
    else {
        static_assert(std::invocable<Model&, Inputs...>,
                      "this model cannot be run with these inputs: give what its forward takes");
        return model(std::forward<Inputs>(inputs)...);
    }
}

/// The same where tensors are wanted: what the call operator gives of a model whose forward gives a value of any type, as
/// TorchScript's does.
template <class Model, class... Inputs>
auto run_for_tensor(Model& model, Inputs&&... inputs) {
    using Result = decltype(run_model(model, std::forward<Inputs>(inputs)...));
    if constexpr (requires(const Result& result) { result.isTensor(); })
        return model(std::forward<Inputs>(inputs)...);
    else
        return run_model(model, std::forward<Inputs>(inputs)...);
}

/// Whether there is a model: false for an empty holder and a null pointer.
template <class Model>
bool is_there(const Model& model) {
    if constexpr (requires { model.is_empty(); })
        return !model.is_empty();
    else if constexpr (requires { static_cast<bool>(model); } &&
                       (std::is_pointer_v<Model> || requires { model.operator->(); }))
        return static_cast<bool>(model);
    else
        return true;
}

/// @throws ModelError if the model is an empty holder or a null pointer
template <class Model>
void check_is_there(const Model& model) {
    if (!is_there(model)) throw ModelError("the model is an empty pointer or holder: construct it first");
}

}  // namespace suture::detail
