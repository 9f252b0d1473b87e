// The operator of each node of an exported graph, and its arguments in the form in which the dispatcher takes them: both
// are found once, when the model is loaded.
// Law: arguments mean what they mean in a call from Python: a number may stand for a tensor, an integer for a number, and
// what is not given has the schema's default.
#pragma once

#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/own_operators.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/visible_text.hpp"

#include <ATen/ScalarOps.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/frontend/function_schema_parser.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// How an argument reaches the operator.
struct PreparedArgument {
    enum class How : unsigned char {
        constant,
        value,             ///< as it is
        number_as_tensor,  ///< a number where the operator has a tensor: it does not take part in type promotion
        number_as_double,
        tensors,
        optional_tensors,
        integers,
        doubles,
        bools,
    };
    How how = How::constant;
    c10::IValue constant;
    std::vector<ExportedItem> items;  ///< of a list, or the one value
};

template <template <class> class Optional, class T>
Optional<at::Tensor> optional_tensor_like(const Optional<T>&);
/// The optional that this LibTorch's lists hold: c10's or std's.
using OptionalTensor = decltype(optional_tensor_like(std::declval<const c10::Argument&>().N()));

struct PreparedNode {
    const c10::FunctionSchema* schema = nullptr;
    std::optional<c10::OperatorHandle> handle;  ///< LibTorch's; none for an operator of ours
    OwnFunction own = nullptr;
    std::vector<PreparedArgument> arguments;  ///< in the order of the schema
};

/// A number as Python passes it where a tensor is wanted.
inline at::Tensor number_as_tensor(const c10::IValue& number) {
    const at::NoGradGuard no_grad;
    at::Tensor t = c10::scalar_to_tensor(number.toScalar());
    t.unsafeGetTensorImpl()->set_wrapped_number(true);
    return t;
}
inline double number_as_double(const c10::IValue& number) { return own_operators::as_double(number); }

/// Finds the operators of a graph, and keeps the schemas of ours.
class OperatorFinder {
    /// "torch.ops.aten.add.Tensor" is aten::add, overload Tensor; the overload "default" has no name.
    static auto found(const std::string& target) {
        const std::string prefix = "torch.ops.";
        const std::string rest = target.rfind(prefix, 0) == 0 ? target.substr(prefix.size()) : std::string();
        const std::size_t space = std::min(rest.find('.'), rest.size()), overload = rest.rfind('.');
        if (space == rest.size() || overload == space)
            return decltype(c10::Dispatcher::singleton().findSchema({"", ""}))();
        const std::string overload_name = rest.substr(overload + 1);
        return c10::Dispatcher::singleton().findSchema(
            {rest.substr(0, space) + "::" + rest.substr(space + 1, overload - space - 1),
             overload_name == "default" ? "" : overload_name});
    }

public:
    /// @throws FileError, naming the node, if no operator has its name or its arguments do not fit, or if a model has no
    ///         business with it
    static PreparedNode prepared(const ExportedNode& node) {
        std::string lacks;
        if (!is_safe(node.target))
            refuse(node, "it reaches past the tensors that it is given, which a file may not ask for",
                   "write the module in Python without it and export the model again");
        if (is_private(node.target))
            refuse(node, "LibTorch keeps this operator to itself, and it may take what a file says on trust",
                   "export the model without run_decompositions, or write the module in Python without it");
        if (const OwnOperator* own = own_of(node.target); own && !own->only_if_absent) return prepared_own(node, *own);
        if (auto handle = found(node.target)) {
            PreparedNode made;
            made.schema = &handle->schema();
            made.handle = *handle;
            lacks = fit(node, made, /*is_positional=*/false);
            if (lacks.empty()) return made;
        }
        if (const OwnOperator* own = own_of(node.target)) return prepared_own(node, *own);
        if (!lacks.empty()) refuse(node, lacks, "use a newer LibTorch");
        refuse(node, "this LibTorch has no such operator", remedy_for(node.target));
    }

private:
    [[noreturn]] static void refuse(const ExportedNode& node, const std::string& what, const std::string& remedy) {
        throw FileError(node.text() + ": " + what + ": " + remedy);
    }

    static std::string remedy_for(const std::string& target) {
        if (target.find("grouped_mm") != target.npos)
            return "set model.config._experts_implementation = \"batched_mm\" in Python before the model is exported";
        if (target.rfind("torch.ops.aten.", 0) == 0) return "use a newer LibTorch";
        if (target.rfind("torch.ops.", 0) == 0)
            return "load the library that registers it first, or write the module in Python without it";
        return "write the module in Python without it and export the model again";
    }

    /// LibTorch's operators check what they are given, but for those that it keeps to itself: they open files, take sizes and
    /// strides on trust, or write where they are told.
    static bool is_safe(std::string_view target) {
        constexpr std::string_view prefix = "torch.ops.";
        if (target.substr(0, prefix.size()) != prefix) return true;
        const std::string_view rest = target.substr(prefix.size()), space = rest.substr(0, rest.find('.'));
        constexpr std::array spaces_of_libtorch{std::string_view("prim"),
                                                std::string_view("prims"),
                                                std::string_view("inductor"),
                                                std::string_view("quantized"),
                                                std::string_view("_quantized"),
                                                std::string_view("mkldnn"),
                                                std::string_view("mkl"),
                                                std::string_view("onednn"),
                                                std::string_view("sparse"),
                                                std::string_view("c10d"),
                                                std::string_view("_c10d_functional"),
                                                std::string_view("profiler"),
                                                std::string_view("cuda"),
                                                std::string_view("static_runtime"),
                                                std::string_view("xnnpack"),
                                                std::string_view("symm_mem"),
                                                std::string_view("prepacked"),
                                                std::string_view("aten_jit"),
                                                std::string_view("torch_ipex"),
                                                std::string_view("rngprims"),
                                                std::string_view("internal")};
        if (std::find(spaces_of_libtorch.begin(), spaces_of_libtorch.end(), space) != spaces_of_libtorch.end())
            return false;
        if (space != "aten") return true;  // of a library that the user has loaded
        const std::string_view name = rest.substr(5, rest.rfind('.') - 5);
        constexpr std::array reaching{std::string_view("from_file"),   std::string_view("set_"),
                                      std::string_view("set_data"),    std::string_view("resize_"),
                                      std::string_view("resize_as_"),  std::string_view("record_stream"),
                                      std::string_view("data"),        std::string_view("rename_"),
                                      std::string_view("as_strided_"), std::string_view("empty_quantized")};
        return std::find(reaching.begin(), reaching.end(), name) == reaching.end();
    }
    static bool is_private(std::string_view target) {
        constexpr std::string_view space = "torch.ops.aten.";
        if (target.substr(0, space.size()) != space) return false;
        const std::string_view name = target.substr(space.size(), target.rfind('.') - space.size());
        // What begins with one underscore is LibTorch's own business, except what exports contain.
        constexpr std::array known{std::string_view("_softmax"),
                                   std::string_view("_log_softmax"),
                                   std::string_view("_to_copy"),
                                   std::string_view("_unsafe_view"),
                                   std::string_view("_assert_async"),
                                   std::string_view("_assert_scalar"),
                                   std::string_view("_assert_tensor_metadata"),
                                   std::string_view("_native_batch_norm_legit"),
                                   std::string_view("_native_batch_norm_legit_no_training"),
                                   std::string_view("_batch_norm_impl_index"),
                                   std::string_view("_adaptive_avg_pool2d"),
                                   std::string_view("_scaled_dot_product_attention_math"),
                                   std::string_view("_weight_norm"),
                                   std::string_view("_fft_r2c"),
                                   std::string_view("_fft_c2r"),
                                   std::string_view("_fft_c2c"),
                                   std::string_view("_conj"),
                                   std::string_view("_neg_view"),
                                   std::string_view("_shape_as_tensor"),
                                   std::string_view("_unsafe_index"),
                                   std::string_view("_local_scalar_dense"),
                                   std::string_view("_cdist_forward"),
                                   std::string_view("_pdist_forward"),
                                   std::string_view("_unique2"),
                                   std::string_view("_adaptive_avg_pool3d"),
                                   std::string_view("_weight_norm_interface")};
        return name.substr(0, 1) == "_" && name.substr(0, 2) != "__" &&
               std::find(known.begin(), known.end(), name) == known.end();
    }

    static const OwnOperator* own_of(std::string_view target) {
        const auto* const found = std::find_if(own_operators::all.begin(), own_operators::all.end(),
                                               [target](const OwnOperator& each) { return each.target == target; });
        return found == own_operators::all.end() ? nullptr : &*found;
    }

    static PreparedNode prepared_own(const ExportedNode& node, const OwnOperator& own) {
        PreparedNode made;
        made.schema = &schema_of(own);
        made.own = own.run;
        if (const std::string lacks = fit(node, made, own.is_positional); !lacks.empty())
            refuse(node, lacks, "export the model again with the PyTorch that suture was tested with");
        return made;
    }
    static const c10::FunctionSchema& schema_of(const OwnOperator& own) {
        static const std::vector<c10::FunctionSchema> schemas = [] {
            std::vector<c10::FunctionSchema> parsed;
            parsed.reserve(own_operators::all.size());
            for (const OwnOperator& each : own_operators::all) parsed.push_back(torch::jit::parseSchema(each.schema));
            return parsed;
        }();
        return schemas[static_cast<std::size_t>(&own - own_operators::all.data())];
    }

    /// Fills the arguments. @return what does not fit, or nothing
    static std::string fit(const ExportedNode& node, PreparedNode& made, bool is_positional) {
        const auto& wanted = made.schema->arguments();
        made.arguments.assign(wanted.size(), {});
        std::vector<bool> given(wanted.size());
        for (std::size_t i = 0; i < node.arguments.size(); ++i) {
            const ExportedArgument& argument = node.arguments[i];
            std::size_t at = i;
            if (!is_positional && !argument.name.empty())
                at = static_cast<std::size_t>(
                    std::find_if(wanted.begin(), wanted.end(),
                                 [&](const c10::Argument& each) { return each.name() == argument.name; }) -
                    wanted.begin());
            if (at >= wanted.size())
                return "the operator of this LibTorch has no argument " + in_quotes(argument.name.substr(0, 80));
            if (given[at]) return "its argument " + in_quotes(wanted[at].name()) + " is given twice";
            given[at] = true;
            const auto prepared = PreparedArgumentMaker(wanted[at]).made_of(argument);
            if (!prepared)
                return "its argument " + in_quotes(wanted[at].name()) + " is a " + wanted[at].type()->repr_str() +
                       " and was saved " + argument.kind;
            made.arguments[at] = *prepared;
        }
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (given[i]) continue;
            if (!wanted[i].default_value() && wanted[i].type()->kind() != c10::TypeKind::OptionalType)
                return "its argument " + in_quotes(wanted[i].name()) + " is missing";
            made.arguments[i].constant = wanted[i].default_value().value_or(c10::IValue());
        }
        return results_that_do_not_fit(node, *made.schema);
    }

    static std::string results_that_do_not_fit(const ExportedNode& node, const c10::FunctionSchema& schema) {
        const auto& returns = schema.returns();
        if (node.results.empty()) return {};
        if (node.results.size() != returns.size())
            return "it has " + std::to_string(node.results.size()) + " results and the operator gives " +
                   std::to_string(returns.size());
        for (std::size_t i = 0; i < returns.size(); ++i)
            if (node.results[i].is_list != (returns[i].type()->kind() == c10::TypeKind::ListType))
                return "a list stands where one result does, or the other way round";
        return {};
    }

    /// Converts what the file gives into what one argument of a schema takes.
    class PreparedArgumentMaker {
        using How = PreparedArgument::How;

    public:
        explicit PreparedArgumentMaker(const c10::Argument& wanted) : wanted_(wanted) {}

        std::optional<PreparedArgument> made_of(const ExportedArgument& given) const {
            c10::TypePtr type = wanted_.type();
            if (const auto optional = type->cast<c10::OptionalType>()) {
                if (given.kind == "as_none") return PreparedArgument{};
                type = optional->getElementType();
            }
            if (const auto list = type->cast<c10::ListType>()) return list_of(*list->getElementType(), given);
            if (given.is_list || given.items.size() != 1) return std::nullopt;
            return one_of(type->kind(), given.items.front(), given.kind);
        }

    private:
        static bool is_number(const ExportedItem& item, const std::string& kind) {
            if (item.value != no_value)
                return kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool" || kind == "as_name";
            return item.constant.isInt() || item.constant.isDouble() || item.constant.isBool();
        }
        static bool is_tensor(const ExportedItem& item, const std::string& kind) {
            return item.value != no_value && !is_number(item, kind);
        }

        static std::optional<PreparedArgument> one_of(c10::TypeKind type, const ExportedItem& item,
                                                      const std::string& kind) {
            PreparedArgument made;
            made.items = {item};
            made.constant = item.constant;
            const bool is_value = item.value != no_value;
            made.how = is_value ? How::value : How::constant;
            switch (type) {
                case c10::TypeKind::TensorType:
                    if (is_tensor(item, kind)) return made;
                    if (!is_number(item, kind)) return std::nullopt;
                    made.how = is_value ? How::number_as_tensor : How::constant;
                    if (!is_value) made.constant = number_as_tensor(item.constant);
                    return made;
                case c10::TypeKind::FloatType:
                    if (!is_number(item, kind)) return std::nullopt;
                    made.how = is_value ? How::number_as_double : How::constant;
                    if (!is_value) made.constant = number_as_double(item.constant);
                    return made;
                case c10::TypeKind::IntType:
                    if (!is_number(item, kind) || item.constant.isDouble()) return std::nullopt;
                    if (item.constant.isBool()) made.constant = own_operators::as_int(item.constant);
                    return made;
                case c10::TypeKind::NumberType:
                    return is_number(item, kind) ? std::optional(made) : std::nullopt;
                case c10::TypeKind::BoolType:
                    if (is_value ? !is_number(item, kind) : !item.constant.isBool()) return std::nullopt;
                    return made;
                case c10::TypeKind::StringType:
                    return item.constant.isString() ? std::optional(made) : std::nullopt;
                case c10::TypeKind::DeviceObjType:
                    return item.constant.isDevice() ? std::optional(made) : std::nullopt;
                default:
                    // Types that only some versions tell from integers: ScalarType, Layout, MemoryFormat.
                    return item.constant.isInt() ? std::optional(made) : std::nullopt;
            }
        }

        std::optional<PreparedArgument> list_of(const c10::Type& element, const ExportedArgument& given) const {
            PreparedArgument made;
            made.items = given.items;
            const auto all = [&](const auto& fits) { return std::all_of(made.items.begin(), made.items.end(), fits); };
            const auto is_named_number = [](const ExportedItem& item) { return is_number(item, "as_name"); };
            switch (element.kind()) {
                case c10::TypeKind::TensorType:
                    made.how = How::tensors;
                    return given.kind == "as_tensors" || made.items.empty() ? std::optional(made) : std::nullopt;
                case c10::TypeKind::OptionalType:
                    made.how = How::optional_tensors;
                    return given.kind == "as_tensors" || given.kind == "as_optional_tensors" || made.items.empty()
                               ? std::optional(made)
                               : std::nullopt;
                case c10::TypeKind::IntType: {
                    made.how = How::integers;
                    if (!all([&](const ExportedItem& i) { return is_named_number(i) && !i.constant.isDouble(); }))
                        return std::nullopt;
                    if (!given.is_list)  // int[2] takes one integer for both
                        made.items.assign(static_cast<std::size_t>(std::max(1, wanted_.N().value_or(1))),
                                          given.items.front());
                    return constant_if_fixed(std::move(made));
                }
                case c10::TypeKind::FloatType:
                    made.how = How::doubles;
                    if (!all(is_named_number)) return std::nullopt;
                    return constant_if_fixed(std::move(made));
                case c10::TypeKind::BoolType:
                    made.how = How::bools;
                    if (!all([](const ExportedItem& i) { return i.value != no_value || i.constant.isBool(); }))
                        return std::nullopt;
                    return constant_if_fixed(std::move(made));
                default:
                    return std::nullopt;
            }
        }

        /// A list without values is made once.
        static PreparedArgument constant_if_fixed(PreparedArgument made) {
            if (std::any_of(made.items.begin(), made.items.end(),
                            [](const ExportedItem& i) { return i.value != no_value; }))
                return made;
            if (made.how == How::integers) {
                c10::List<std::int64_t> list;
                for (const ExportedItem& i : made.items) list.push_back(own_operators::as_int(i.constant));
                made.constant = list;
            } else if (made.how == How::doubles) {
                c10::List<double> list;
                for (const ExportedItem& i : made.items) list.push_back(number_as_double(i.constant));
                made.constant = list;
            } else {
                c10::List<bool> list;
                for (const ExportedItem& i : made.items) list.push_back(i.constant.toBool());
                made.constant = list;
            }
            made.how = How::constant;
            return made;
        }

        const c10::Argument& wanted_;
    };
};

}  // namespace suture::detail
