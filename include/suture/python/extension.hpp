// Recipes inside PyTorch: an extension module whose functions are edits, for models that run in Python. The compiler checks the
// layouts when torch.utils.cpp_extension builds the module; Python calls an edit, or registers it as a forward hook.
//
//     #include <suture/python/extension.hpp>
//     using namespace suture;
//     PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
//         PythonEdits edits(module);
//         edits.add<Gpt2Qkv<768, 12>>("no_query", on<Q>(token(4), dims<0, 10>).zero());
//         edits.add<Gpt2Qkv<768, 12>>("steer", [](int h, at::Tensor v, double by) { return on<V>(head(h)).steer(v, by); });
//     }
//
//     edits = torch.utils.cpp_extension.load("edits", ["edits.cpp"], extra_include_paths=[...], extra_cflags=["-std=c++20"])
//     handle = model.transformer.h[3].attn.c_attn.register_forward_hook(edits.no_query.hook)
//     edited = edits.steer(7, direction, 2.0)(output)
//
// See docs/python.md.
#pragma once

#include "suture/core/catalogue.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/view.hpp"

#include <torch/extension.h>

#include <exception>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// An edit of activations of one layout, without its type: what Python holds.
struct PythonEdit {
    std::function<at::Tensor(const at::Tensor&)> run;
    std::string text;
};

template <Layout L, Applicable R>
PythonEdit python_edit(R given) {
    auto recipe = as_recipe(std::move(given));
    recipe.template bind<L>();
    std::string text = layout_text(facts_of<L>) + ": " + to_string(recipe);
    return {[recipe = std::move(recipe)](const at::Tensor& activation) -> at::Tensor {
                return borrow<L>(activation) | recipe;
            },
            std::move(text)};
}

/// The signature of a function that makes an edit from arguments.
template <class F>
struct EditMaker : EditMaker<decltype(&F::operator())> {};
template <class F, class R, class... Args>
struct EditMaker<R (F::*)(Args...) const> {
    template <Layout L>
    static auto of(F make) {
        return
            [make = std::move(make)](std::decay_t<Args>... args) { return python_edit<L>(make(std::move(args)...)); };
    }
    static constexpr bool makes_an_edit = Applicable<R>;
};
template <class F>
concept MakesAnEdit = requires {
    &F::operator();
}
&&EditMaker<F>::makes_an_edit;

/// Classes for suture's errors in a module: each derives from the module's Error, and from the built-in class that Python code
/// would catch.
class [[gnu::visibility("hidden")]] PythonErrors {
public:
    explicit PythonErrors(pybind11::module_ & module) : module_(module.ptr()) {
        const pybind11::object error = made("Error", {PyExc_RuntimeError});
        for (const auto& [name, builtin] : {std::pair{"ShapeError", PyExc_ValueError},
                                            {"TypeError", PyExc_TypeError},
                                            {"PositionError", PyExc_IndexError},
                                            {"ValueError", PyExc_ValueError},
                                            {"OwnershipError", PyExc_RuntimeError},
                                            {"MemoryError", PyExc_MemoryError}})
            made(name, {error.ptr(), builtin});
    }
    /// Makes pybind11 raise the class that stands for the error.
    void translate() const {
        static PyObject* module = module_;  // a module of Python is never unloaded
        pybind11::register_local_exception_translator([](std::exception_ptr thrown) {
            try {
                if (thrown) std::rethrow_exception(thrown);
            } catch (const ShapeError& e) {
                raise(module, "ShapeError", e);
            } catch (const TypeError& e) {
                raise(module, "TypeError", e);
            } catch (const PositionError& e) {
                raise(module, "PositionError", e);
            } catch (const ValueError& e) {
                raise(module, "ValueError", e);
            } catch (const OwnershipError& e) {
                raise(module, "OwnershipError", e);
            } catch (const MemoryError& e) {
                raise(module, "MemoryError", e);
            } catch (const Error& e) {
                raise(module, "Error", e);
            }
        });
    }

private:
    pybind11::object made(const char* name, std::initializer_list<PyObject*> bases) const {
        const auto in = pybind11::reinterpret_borrow<pybind11::module_>(module_);
        pybind11::tuple all(bases.size());
        std::size_t i = 0;
        // A class cannot derive from one class and from that class's base, before it.
        for (PyObject* base : bases) all[i++] = pybind11::reinterpret_borrow<pybind11::object>(base);
        const std::string path = std::string(PyModule_GetName(module_)) + "." + name;
        auto made = pybind11::reinterpret_steal<pybind11::object>(PyErr_NewException(path.c_str(), all.ptr(), nullptr));
        if (!made) throw pybind11::error_already_set();
        in.attr(name) = made;
        return made;
    }
    static void raise(PyObject * module, const char* name, const Error& e) {
        PyErr_SetString(pybind11::reinterpret_borrow<pybind11::module_>(module).attr(name).ptr(), e.what());
    }
    PyObject* module_;
};
}  // namespace detail

/// The edits of an extension module. In Python each is an object that is called with an activation and returns the edited
/// one, `edits.no_query(output)`; its `hook` is what `register_forward_hook` takes. Activations and gradients are those of
/// PyTorch. An error of suture is an exception of the module, `edits.ShapeError`, which is an `edits.Error` and the built-in
/// class of Python as well.
class [[gnu::visibility("hidden")]] PythonEdits {
public:
    explicit PythonEdits(pybind11::module_ & module) : module_(module) {
        detail::PythonErrors(module_).translate();
        pybind11::class_<detail::PythonEdit>(module_, "Edit", pybind11::module_local())
            .def(
                "__call__",
                [](const detail::PythonEdit& edit, const at::Tensor& activation) { return run(edit, activation); },
                pybind11::arg("activation"), "The edited activation; the one that was given stays as it is.")
            .def(
                "hook",
                [](const detail::PythonEdit& edit, const pybind11::object&, const pybind11::object&,
                   const pybind11::object& output) { return run(edit, output_tensor(output)); },
                pybind11::arg("module"), pybind11::arg("inputs"), pybind11::arg("output"),
                "What torch.nn.Module.register_forward_hook takes: the edited output.")
            .def("__repr__", [](const detail::PythonEdit& edit) { return "<edit of " + edit.text + ">"; });
    }

    /// Adds an edit under a name: a recipe, for activations packed like L.
    /// @throws Error if a place of it is not in the layout
    template <Layout L, Applicable R>
        requires detail::is_static<L>
    void add(const char* name, R recipe) {
        module_.attr(name) = pybind11::cast(detail::python_edit<L>(std::move(recipe)));
    }
    /// Adds a function that makes an edit from arguments: numbers, tensors, text, and what else pybind11 converts.
    template <Layout L, class F>
        requires(detail::is_static<L> && detail::MakesAnEdit<F>)
    void add(const char* name, F make) { module_.def(name, detail::EditMaker<F>::template of<L>(std::move(make))); }
    template <Layout L, class R>
        requires(!detail::is_static<L>)
    SUTURE_REJECTED("an edit in Python has known sizes: write edits.add<Gpt2Qkv<768, 12>>(name, recipe)",
                    add(const char*, R));
    template <class...>
    SUTURE_REJECTED("an edit has a layout and a name: write edits.add<Layout>(name, recipe)", add(...));

private:
    static at::Tensor run(const detail::PythonEdit& edit, const at::Tensor& activation) {
        const pybind11::gil_scoped_release released;
        return edit.run(activation);
    }
    static at::Tensor output_tensor(const pybind11::object& output) {
        if (!THPVariable_Check(output.ptr()))
            throw TypeError("the module returned a " +
                            std::string(pybind11::str(pybind11::type::of(output).attr("__name__"))) +
                            ", not a tensor: hook the module that computes the tensor, or write "
                            "lambda module, inputs, output: (edit(output[0]), *output[1:])");
        return pybind11::cast<at::Tensor>(output);
    }

    pybind11::module_& module_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
