// Operators of exported graphs that some LibTorch, or every one, lacks: Python's arithmetic on sizes, and operators that
// were added after LibTorch 1.13.
// Law: each computes what Python computes; integers that leave 64 bits are an error.
#pragma once

#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace suture::detail {

/// Pops the operator's arguments from the stack and pushes its results.
using OwnFunction = void (*)(torch::jit::Stack&);

/// An operator of ours, under the name that graphs use.
struct OwnOperator {
    std::string_view target;  ///< "torch.ops.aten.sym_size.int"
    const char* schema;
    OwnFunction run;
    bool only_if_absent = false;  ///< LibTorch's own is preferred where it takes the arguments
    bool is_positional = false;   ///< the names of the arguments are Python's, and mean nothing
};

namespace own_operators {

using c10::IValue;
using torch::jit::Stack;

// Python's arithmetic. A bool is an integer there.

inline bool is_integral(const IValue& v) { return v.isInt() || v.isBool(); }
inline std::int64_t as_int(const IValue& v) { return v.isBool() ? static_cast<std::int64_t>(v.toBool()) : v.toInt(); }
inline double as_double(const IValue& v) { return v.isDouble() ? v.toDouble() : static_cast<double>(as_int(v)); }
[[noreturn]] inline void overflow() { throw ValueError("a size leaves 64 bits: check the sizes of the inputs"); }
inline void check_divisor(bool is_zero) {
    if (is_zero) throw ValueError("a size is divided by zero: check the sizes of the inputs");
}

struct Add {
    static std::int64_t of(std::int64_t a, std::int64_t b) {
        std::int64_t c = 0;
        if (__builtin_add_overflow(a, b, &c)) overflow();
        return c;
    }
    static double of(double a, double b) { return a + b; }
};
struct Sub {
    static std::int64_t of(std::int64_t a, std::int64_t b) {
        std::int64_t c = 0;
        if (__builtin_sub_overflow(a, b, &c)) overflow();
        return c;
    }
    static double of(double a, double b) { return a - b; }
};
struct Mul {
    static std::int64_t of(std::int64_t a, std::int64_t b) {
        std::int64_t c = 0;
        if (__builtin_mul_overflow(a, b, &c)) overflow();
        return c;
    }
    static double of(double a, double b) { return a * b; }
};
/// Rounds towards minus infinity.
struct FloorDiv {
    static std::int64_t of(std::int64_t a, std::int64_t b) {
        check_divisor(b == 0);
        if (b == -1) return Sub::of(std::int64_t{0}, a);
        return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
    }
    static double of(double a, double b) {
        check_divisor(b == 0);
        return std::floor(a / b);
    }
};
/// Has the sign of the divisor.
struct Mod {
    static std::int64_t of(std::int64_t a, std::int64_t b) {
        check_divisor(b == 0);
        if (b == -1) return 0;
        const std::int64_t rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
    static double of(double a, double b) {
        check_divisor(b == 0);
        const double rest = std::fmod(a, b);
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
};
struct Max {
    template <class N>
    static N of(N a, N b) {
        return a < b ? b : a;
    }
};
struct Min {
    template <class N>
    static N of(N a, N b) {
        return b < a ? b : a;
    }
};
struct Equal {
    template <class N>
    static bool of(N a, N b) {
        return a == b;
    }
};
struct NotEqual {
    template <class N>
    static bool of(N a, N b) {
        return a != b;
    }
};
struct Less {
    template <class N>
    static bool of(N a, N b) {
        return a < b;
    }
};
struct LessEqual {
    template <class N>
    static bool of(N a, N b) {
        return a <= b;
    }
};
struct Greater {
    template <class N>
    static bool of(N a, N b) {
        return a > b;
    }
};
struct GreaterEqual {
    template <class N>
    static bool of(N a, N b) {
        return a >= b;
    }
};

/// Integers if both are, otherwise floating-point numbers.
template <class Operation>
void binary(Stack& stack) {
    const IValue b = torch::jit::pop(stack), a = torch::jit::pop(stack);
    if (is_integral(a) && is_integral(b))
        stack.emplace_back(Operation::of(as_int(a), as_int(b)));
    else
        stack.emplace_back(Operation::of(as_double(a), as_double(b)));
}
inline void true_div(Stack& stack) {
    const double b = as_double(torch::jit::pop(stack)), a = as_double(torch::jit::pop(stack));
    check_divisor(b == 0);
    stack.emplace_back(a / b);
}
inline void power(Stack& stack) {
    const IValue b = torch::jit::pop(stack), a = torch::jit::pop(stack);
    if (!is_integral(a) || !is_integral(b) || as_int(b) < 0) {
        stack.emplace_back(std::pow(as_double(a), as_double(b)));
        return;
    }
    std::int64_t result = 1, base = as_int(a);
    for (std::int64_t left = as_int(b); left > 0; left >>= 1) {
        if ((left & 1) != 0) result = Mul::of(result, base);
        if (left > 1) base = Mul::of(base, base);
    }
    stack.emplace_back(result);
}
inline void negate(Stack& stack) {
    const IValue a = torch::jit::pop(stack);
    if (is_integral(a))
        stack.emplace_back(Sub::of(std::int64_t{0}, as_int(a)));
    else
        stack.emplace_back(-a.toDouble());
}
inline void shift_left(Stack& stack) {
    const std::int64_t b = as_int(torch::jit::pop(stack)), a = as_int(torch::jit::pop(stack));
    if (b < 0 || b > 62) overflow();
    stack.emplace_back(Mul::of(a, std::int64_t{1} << b));
}
inline void shift_right(Stack& stack) {
    const std::int64_t b = as_int(torch::jit::pop(stack)), a = as_int(torch::jit::pop(stack));
    if (b < 0) overflow();
    stack.emplace_back(a >> (b > 63 ? 63 : b));
}
inline void bit_and(Stack& stack) {
    const IValue b = torch::jit::pop(stack), a = torch::jit::pop(stack);
    if (a.isBool() && b.isBool())
        stack.emplace_back(a.toBool() && b.toBool());
    else
        stack.emplace_back(as_int(a) & as_int(b));
}
inline void bit_or(Stack& stack) {
    const IValue b = torch::jit::pop(stack), a = torch::jit::pop(stack);
    if (a.isBool() && b.isBool())
        stack.emplace_back(a.toBool() || b.toBool());
    else
        stack.emplace_back(as_int(a) | as_int(b));
}
inline void logical_not(Stack& stack) { stack.emplace_back(as_double(torch::jit::pop(stack)) == 0); }
inline void same(Stack&) {}
inline void to_float(Stack& stack) { stack.emplace_back(as_double(torch::jit::pop(stack))); }
/// Towards zero, as Python's int().
inline void to_int(Stack& stack) {
    const IValue a = torch::jit::pop(stack);
    if (is_integral(a)) {
        stack.emplace_back(as_int(a));
        return;
    }
    const double whole = std::trunc(a.toDouble());
    constexpr double limit = 9223372036854775808.0;
    if (!(whole >= -limit && whole < limit)) overflow();
    stack.emplace_back(static_cast<std::int64_t>(whole));
}
inline void floor_to_int(Stack& stack) {
    if (stack.back().isDouble()) stack.back() = std::floor(stack.back().toDouble());
    to_int(stack);
}
inline void ceil_to_int(Stack& stack) {
    if (stack.back().isDouble()) stack.back() = std::ceil(stack.back().toDouble());
    to_int(stack);
}
inline void square_root(Stack& stack) { stack.emplace_back(std::sqrt(as_double(torch::jit::pop(stack)))); }
/// sym_ite(condition, then, else).
inline void choose(Stack& stack) {
    IValue otherwise = torch::jit::pop(stack), then = torch::jit::pop(stack);
    const bool condition = as_double(torch::jit::pop(stack)) != 0;
    stack.push_back(condition ? std::move(then) : std::move(otherwise));
}

// Sizes of tensors.

inline void size(Stack& stack) {
    const std::int64_t dim = torch::jit::pop(stack).toInt();
    const at::Tensor t = torch::jit::pop(stack).toTensor();
    stack.emplace_back(t.size(dim));
}
inline void stride(Stack& stack) {
    const std::int64_t dim = torch::jit::pop(stack).toInt();
    const at::Tensor t = torch::jit::pop(stack).toTensor();
    stack.emplace_back(t.stride(dim));
}
inline void count(Stack& stack) { stack.emplace_back(torch::jit::pop(stack).toTensor().numel()); }
inline void storage_offset(Stack& stack) { stack.emplace_back(torch::jit::pop(stack).toTensor().storage_offset()); }

// Checks that Python's exporter wrote down.

inline void check_scalar(Stack& stack) {
    const std::string message = torch::jit::pop(stack).toStringRef();
    if (as_double(torch::jit::pop(stack)) == 0)
        throw ModelError("the model checks its inputs, and these fail: " + message +
                         ": give inputs as the model was exported for");
}
/// _assert_tensor_metadata: the dtype alone, since what follows may rely on it.
inline void check_tensor(Stack& stack) {
    const IValue dtype = std::move(stack[3]);
    const at::Tensor t = std::move(stack.front()).toTensor();
    stack.clear();
    if (!dtype.isNone() && t.scalar_type() != static_cast<at::ScalarType>(dtype.toInt()))
        throw TypeError("a tensor is " + dtype_text(t.scalar_type()) + " and was " +
                        dtype_text(static_cast<at::ScalarType>(dtype.toInt())) +
                        " when the model was exported: give inputs of the exported dtypes");
}
inline void drop_all(Stack& stack) { stack.clear(); }

// Operators of later versions of LibTorch.

/// softmax(query key^T scale + mask) value, as PyTorch's documentation of scaled_dot_product_attention writes it down.
inline void attention(Stack& stack) {
    const bool shares_keys = torch::jit::pop(stack).toBool();
    const IValue given_scale = torch::jit::pop(stack);
    const bool is_causal = torch::jit::pop(stack).toBool();
    const double dropped = torch::jit::pop(stack).toDouble();
    const IValue given_mask = torch::jit::pop(stack);
    at::Tensor value = torch::jit::pop(stack).toTensor(), key = torch::jit::pop(stack).toTensor();
    const at::Tensor query = torch::jit::pop(stack).toTensor();
    if (shares_keys) {
        key = at::repeat_interleave(key, query.size(-3) / key.size(-3), -3);
        value = at::repeat_interleave(value, query.size(-3) / value.size(-3), -3);
    }
    const double scale =
        given_scale.isNone() ? 1 / std::sqrt(static_cast<double>(query.size(-1))) : as_double(given_scale);
    at::Tensor scores = at::matmul(query, key.transpose(-2, -1)).mul(scale);
    constexpr double hidden = -std::numeric_limits<double>::infinity();
    const auto hide = [&](const at::Tensor& seen) { scores = scores.masked_fill(seen.logical_not(), hidden); };
    if (is_causal) hide(at::ones({query.size(-2), key.size(-2)}, query.options().dtype(at::kBool)).tril());
    if (given_mask.isTensor() && given_mask.toTensor().defined()) {
        const at::Tensor& mask = given_mask.toTensor();
        if (mask.scalar_type() == at::kBool)
            hide(mask);
        else
            scores = scores.add(mask);
    }
    at::Tensor pattern = at::softmax(scores, -1);
    // A query that sees no key gives zeros.
    pattern = pattern.masked_fill(scores.eq(hidden).all(-1, /*keepdim=*/true), 0);
    if (dropped > 0) pattern = at::dropout(pattern, dropped, /*train=*/true);
    stack.emplace_back(at::matmul(pattern, value));
}

inline void rms_norm(Stack& stack) {
    const IValue given_eps = torch::jit::pop(stack), weight = torch::jit::pop(stack);
    const auto shape = torch::jit::pop(stack).toIntVector();
    const at::Tensor input = torch::jit::pop(stack).toTensor();
    std::vector<std::int64_t> dims;
    for (std::size_t i = 0; i < shape.size(); ++i) dims.push_back(-1 - static_cast<std::int64_t>(i));
    const bool is_short = input.scalar_type() == at::kHalf || input.scalar_type() == at::kBFloat16;
    const at::Tensor x = is_short ? input.to(at::kFloat) : input;
    const double eps = !given_eps.isNone()              ? as_double(given_eps)
                       : x.scalar_type() == at::kDouble ? std::numeric_limits<double>::epsilon()
                                                        : static_cast<double>(std::numeric_limits<float>::epsilon());
    at::Tensor result = x.mul(at::rsqrt(x.pow(2).mean(dims, /*keepdim=*/true).add(eps)));
    if (weight.isTensor() && weight.toTensor().defined()) result = result.mul(weight.toTensor());
    stack.emplace_back(result.to(input.scalar_type()));
}

inline constexpr std::array all{
    OwnOperator{"_operator.add", "own::add(Scalar a, Scalar b) -> Scalar", binary<Add>, false, true},
    OwnOperator{"_operator.sub", "own::sub(Scalar a, Scalar b) -> Scalar", binary<Sub>, false, true},
    OwnOperator{"_operator.mul", "own::mul(Scalar a, Scalar b) -> Scalar", binary<Mul>, false, true},
    OwnOperator{"_operator.floordiv", "own::floordiv(Scalar a, Scalar b) -> Scalar", binary<FloorDiv>, false, true},
    OwnOperator{"_operator.mod", "own::mod(Scalar a, Scalar b) -> Scalar", binary<Mod>, false, true},
    OwnOperator{"_operator.truediv", "own::truediv(Scalar a, Scalar b) -> Scalar", true_div, false, true},
    OwnOperator{"_operator.pow", "own::pow(Scalar a, Scalar b) -> Scalar", power, false, true},
    OwnOperator{"_operator.neg", "own::neg(Scalar a) -> Scalar", negate, false, true},
    OwnOperator{"_operator.pos", "own::pos(Scalar a) -> Scalar", same, false, true},
    OwnOperator{"_operator.eq", "own::eq(Scalar a, Scalar b) -> bool", binary<Equal>, false, true},
    OwnOperator{"_operator.ne", "own::ne(Scalar a, Scalar b) -> bool", binary<NotEqual>, false, true},
    OwnOperator{"_operator.lt", "own::lt(Scalar a, Scalar b) -> bool", binary<Less>, false, true},
    OwnOperator{"_operator.le", "own::le(Scalar a, Scalar b) -> bool", binary<LessEqual>, false, true},
    OwnOperator{"_operator.gt", "own::gt(Scalar a, Scalar b) -> bool", binary<Greater>, false, true},
    OwnOperator{"_operator.ge", "own::ge(Scalar a, Scalar b) -> bool", binary<GreaterEqual>, false, true},
    OwnOperator{"_operator.and_", "own::and_(Scalar a, Scalar b) -> Scalar", bit_and, false, true},
    OwnOperator{"_operator.or_", "own::or_(Scalar a, Scalar b) -> Scalar", bit_or, false, true},
    OwnOperator{"_operator.lshift", "own::lshift(Scalar a, Scalar b) -> int", shift_left, false, true},
    OwnOperator{"_operator.rshift", "own::rshift(Scalar a, Scalar b) -> int", shift_right, false, true},
    OwnOperator{"math.trunc", "own::trunc(Scalar a) -> int", to_int, false, true},
    OwnOperator{"math.floor", "own::floor(Scalar a) -> int", floor_to_int, false, true},
    OwnOperator{"math.ceil", "own::ceil(Scalar a) -> int", ceil_to_int, false, true},
    OwnOperator{"torch.sym_max", "own::sym_max(Scalar a, Scalar b) -> Scalar", binary<Max>, false, true},
    OwnOperator{"torch.sym_min", "own::sym_min(Scalar a, Scalar b) -> Scalar", binary<Min>, false, true},
    OwnOperator{"torch.sym_float", "own::sym_float(Scalar a) -> float", to_float, false, true},
    OwnOperator{"torch.sym_int", "own::sym_int(Scalar a) -> int", to_int, false, true},
    OwnOperator{"torch.sym_not", "own::sym_not(Scalar a) -> bool", logical_not, false, true},
    OwnOperator{"torch.sym_ite", "own::sym_ite(Scalar b, Scalar t, Scalar f) -> Scalar", choose, false, true},
    OwnOperator{"torch.sym_sqrt", "own::sym_sqrt(Scalar a) -> float", square_root, false, true},
    OwnOperator{"torch._sym_sqrt", "own::_sym_sqrt(Scalar a) -> float", square_root, false, true},
    OwnOperator{"torch.ops.aten.sym_size.int", "own::sym_size(Tensor self, int dim) -> int", size},
    OwnOperator{"torch.ops.aten.sym_stride.int", "own::sym_stride(Tensor self, int dim) -> int", stride},
    OwnOperator{"torch.ops.aten.sym_numel.default", "own::sym_numel(Tensor self) -> int", count},
    OwnOperator{"torch.ops.aten.sym_storage_offset.default", "own::sym_storage_offset(Tensor self) -> int",
                storage_offset},
    OwnOperator{"torch.ops.aten._assert_scalar.default", "own::_assert_scalar(Scalar self, str assert_msg) -> ()",
                check_scalar},
    OwnOperator{"torch.ops.aten._assert_tensor_metadata.default",
                "own::_assert_tensor_metadata(Tensor a, int[]? size=None, int[]? stride=None, int? dtype=None, *, "
                "Device? device=None, int? layout=None) -> ()",
                check_tensor},
    OwnOperator{"torch.ops.aten.sym_constrain_range.default",
                "own::sym_constrain_range(Scalar size, *, int? min=None, int? max=None) -> ()", drop_all},
    OwnOperator{"torch.ops.aten.sym_constrain_range_for_size.default",
                "own::sym_constrain_range_for_size(Scalar size, *, int? min=None, int? max=None) -> ()", drop_all},
    OwnOperator{"torch.ops.aten.scaled_dot_product_attention.default",
                "own::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, "
                "float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor",
                attention, /*only_if_absent=*/true},
    OwnOperator{"torch.ops.aten.rms_norm.default",
                "own::rms_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor",
                rms_norm, /*only_if_absent=*/true},
};

}  // namespace own_operators

}  // namespace suture::detail
