// Activations for the laws: any dtype, any axes before the channels, any strides; and comparison by bytes.
#pragma once

#include "laws/oracle.hpp"
#include "laws/property.hpp"

#include <ATen/ops/equal.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace laws {

/// The numbers of a drawn case. One RapidCheck number seeds them, because only shapes and places need shrinking.
using random_numbers = std::mt19937_64;
inline random_numbers draw_numbers() {
    return random_numbers(static_cast<std::uint64_t>(draw(0, std::numeric_limits<std::int32_t>::max())));
}

inline const std::vector<at::ScalarType>& float_dtypes() {
    static const std::vector<at::ScalarType> all{at::kFloat, at::kDouble, at::kBFloat16, at::kHalf};
    return all;
}
inline const std::vector<at::ScalarType>& every_dtype() {
    static const std::vector<at::ScalarType> all{at::kFloat, at::kDouble, at::kBFloat16,
                                                 at::kHalf,  at::kLong,   at::kInt};
    return all;
}

/// Contiguous, with numbers that a dtype can hold. `specials`: a few NaNs, infinities and negative zeros.
inline at::Tensor numbers(const extents& sizes, at::ScalarType dtype, random_numbers& random, bool specials = false) {
    if (at::isIntegralType(dtype, true)) {
        // Beyond the exact integers of float32 and, for int64, of float64: a conversion through floats would be noticed.
        const std::int64_t far = dtype == at::kLong ? (std::int64_t{1} << 40) + 1 : (1 << 25) + 1;
        const at::Tensor t = at::empty(sizes, at::kLong);
        auto* const values = t.data_ptr<std::int64_t>();
        for (Index i = 0; i < t.numel(); ++i) {
            const auto n = static_cast<std::int64_t>(random() % 41) - 20;
            values[i] = random() % 8 == 0 ? far + n : n;
        }
        return t.to(dtype);
    }
    const double special[] = {std::nan(""), -0.0, INFINITY, -INFINITY};
    const at::Tensor t = at::empty(sizes, at::kDouble);
    auto* const values = t.data_ptr<double>();
    for (Index i = 0; i < t.numel(); ++i) {
        const double uniform = static_cast<double>(random() >> 11) * 0x1p-53;  // fills the significand
        values[i] = specials && random() % 12 == 0 ? special[random() % 4] : 8 * uniform - 4;
    }
    return t.to(dtype);
}

/// From `least` to 3 axes before the channels; sometimes one has size 0.
inline extents draw_leading(Index least, bool may_be_empty = true) {
    extents leading(static_cast<std::size_t>(draw(least, 4)));
    for (Index& n : leading) n = draw(1, 5);
    if (may_be_empty && !leading.empty() && once_in(16)) leading[static_cast<std::size_t>(draw(0, leading.size()))] = 0;
    return leading;
}

/// How an activation lies in its storage.
enum class strides { contiguous, transposed, stepped, inner, shared_row, shared_channel };

inline const char* name_of(strides s) {
    switch (s) {
        case strides::contiguous:
            return "contiguous";
        case strides::transposed:
            return "transposed";
        case strides::stepped:
            return "every second channel";
        case strides::inner:
            return "inside a larger tensor";
        case strides::shared_row:
            return "an expanded first axis";
        default:
            return "an expanded last axis";
    }
}
inline strides draw_strides() {
    return one_of<strides>({strides::contiguous, strides::transposed, strides::stepped, strides::inner,
                            strides::shared_row, strides::shared_channel});
}

/// An activation and the tensor whose storage it lies in.
struct activation {
    at::Tensor base, view;
    std::string text;
};

/// A view of the base with these sizes, arranged in this way. The base is a leaf: let it require gradients first.
inline at::Tensor view_as(const at::Tensor& base, const extents& sizes, strides how) {
    switch (how) {
        case strides::contiguous:
            return base;
        case strides::transposed:
            return base.transpose(0, -1);
        case strides::stepped:
            return base.slice(-1, 1, {}, 2);
        case strides::inner: {
            at::Tensor t = base;
            for (std::size_t a = 0; a < sizes.size(); ++a) t = t.narrow(static_cast<Index>(a), 1, sizes[a]);
            return t;
        }
        case strides::shared_row:
        default:
            return base.expand(sizes);
    }
}
/// The sizes of the base of such a view.
inline extents base_sizes(extents sizes, strides how) {
    switch (how) {
        case strides::contiguous:
            break;
        case strides::transposed:
            std::swap(sizes.front(), sizes.back());
            break;
        case strides::stepped:
            sizes.back() = 2 * sizes.back() + 1;
            break;
        case strides::inner:
            for (Index& n : sizes) n += 3;
            break;
        case strides::shared_row:
            sizes.front() = 1;
            break;
        case strides::shared_channel:
            sizes.back() = 1;
            break;
    }
    return sizes;
}

inline activation draw_activation(const extents& leading, Index width, at::ScalarType dtype, random_numbers& random,
                                  bool specials = false, bool gradients = false) {
    extents sizes = leading;
    sizes.push_back(width);
    const strides how = draw_strides();
    activation a;
    a.base = numbers(base_sizes(sizes, how), dtype, random, specials);
    if (gradients) a.base.requires_grad_();
    a.view = view_as(a.base, sizes, how);
    a.text = c10::str(dtype, " ", a.view.sizes(), " ", name_of(how));
    return a;
}

/// The bytes of a tensor's elements, in order.
inline std::vector<char> bytes_of(const at::Tensor& t) {
    const at::Tensor c = t.detach().contiguous();
    std::vector<char> bytes(static_cast<std::size_t>(c.numel()) * c.element_size());
    if (!bytes.empty()) std::memcpy(bytes.data(), c.data_ptr(), bytes.size());
    return bytes;
}
/// The bytes of a tensor's whole storage, including those between and around its elements.
inline std::vector<char> storage_bytes(const at::Tensor& t) {
    std::vector<char> bytes(t.storage().nbytes());
    if (!bytes.empty()) std::memcpy(bytes.data(), t.storage().data(), bytes.size());
    return bytes;
}

/// Same dtype, shape and bytes: NaN equals the same NaN, and 0 is not -0.
inline bool same_bits(const at::Tensor& a, const at::Tensor& b) {
    return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() && bytes_of(a) == bytes_of(b);
}

/// The same, but any NaN equals any other: the sign of a computed NaN depends on whether vector instructions were used,
/// and so on its address.
inline bool same_numbers(const at::Tensor& a, const at::Tensor& b) {
    if (!a.is_floating_point() || a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return same_bits(a, b);
    return at::equal(a.isnan(), b.isnan()) && same_bits(a.masked_fill(a.isnan(), 0), b.masked_fill(b.isnan(), 0));
}

}  // namespace laws
