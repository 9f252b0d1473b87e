// An attention whose projection is packed in one way and declared in another, to try layout checks on.
#pragma once

#include "suture/inspect/check_layout.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/Context.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/repeat_interleave.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

namespace suture_test {
using namespace suture;

/// Causal attention whose projection is packed like Real and declared as Declared, with D channels per head.
template <Layout Real, Layout Declared, Index D>
struct AttentionImpl : torch::nn::Module {
    static constexpr Index query_width =
        suture::detail::Resolution<suture::detail::FamilyOf<Q>, Real>::type::width * suture::detail::groups_of<Real>;

    AttentionImpl() {
        qkv = register_module("query_key_value", Hooked<torch::nn::Linear, Declared>(8, Real::width));
        qkv->output.rename("query_key_value");
    }
    /// [batch, tokens, 8] -> [batch, tokens, query_width]
    at::Tensor forward(const at::Tensor& x) {
        const View<Real> packed = borrow<Real>(qkv(x));
        const at::Tensor q = by_head(packed[on<Q>()], x), k = by_head(packed[on<K>()], x),
                         v = by_head(packed[on<V>()], x);
        const Index shared_by = q.size(1) / k.size(1), tokens = x.size(1);
        const auto spread = [shared_by](const at::Tensor& t) { return t.repeat_interleave(shared_by, 1); };
        at::Tensor scores = (q * seen_of_query).matmul(spread(k).transpose(-2, -1));
        if (causal) {
            const at::Tensor later = at::ones({tokens, tokens}, at::kBool).triu(1);
            scores = scores.masked_fill(later, -std::numeric_limits<double>::infinity());
        }
        const at::Tensor probabilities = scores.softmax(-1);
        const at::Tensor attended = backwards ? pattern(probabilities.flip(1)).flip(1) : pattern(probabilities);
        const at::Tensor mixed =
            z(attended.matmul(spread(v)).transpose(1, 2).reshape({x.size(0), tokens, query_width}));
        return noisy ? mixed + at::rand({1}) : mixed * after;
    }
    Hooked<torch::nn::Linear, Declared> qkv{nullptr};
    HookPoint<AnyLayout> pattern{"pattern"};
    HookPoint<Z<query_width>> z{"z"};
    bool causal = true, noisy = false, backwards = false;  ///< backwards: the pattern has the heads in reverse
    at::Tensor seen_of_query = at::ones({D});              ///< 0 for channels of a query head that are dead
    at::Tensor after = at::ones({query_width});            ///< factors of the channels of z, applied after its site

private:
    /// [batch, tokens, width] -> [batch, heads, tokens, D]
    static at::Tensor by_head(const Readable auto& part, const at::Tensor& x) {
        return part.read([&x](const at::Tensor& t) {
            return t.reshape({x.size(0), x.size(1), -1, D}).transpose(1, 2).clone();
        });
    }
};

template <Layout Real, Layout Declared, Index D>
std::shared_ptr<AttentionImpl<Real, Declared, D>> attention() {
    at::manual_seed(5);
    return std::make_shared<AttentionImpl<Real, Declared, D>>();
}
inline const at::Tensor& input() {
    static const at::Tensor x = [] {
        at::manual_seed(6);
        return at::randn({2, 6, 8});
    }();
    return x;
}

/// The report of the checks, from the attention's output.
template <Layout Real, Layout Declared, Index D>
LayoutReport report_of() {
    const auto a = attention<Real, Declared, D>();
    return check_layout(a, a->qkv, input());
}

/// The role of each channel: layouts with the same roles cannot be distinguished.
template <Layout L>
std::string roles() {
    std::string all(static_cast<std::size_t>(L::width), '-');
    [&]<class... Cs>(suture::detail::TypeList<Cs...>) {
        const auto put = [&](const StridedSlice& r, char name) {
            for (Index i = 0; i < r.channels(); ++i) all[static_cast<std::size_t>(r.channel(i))] = name;
        };
        (put(slice_of<L, Cs>, Cs::name[0]), ...);
    }(suture::detail::components_of<L>{});
    return all;
}

// Layouts of 48 channels: four heads of 4, and six query heads of 4 with three key/value heads.
using Gpt2Like = Gpt2Qkv<16, 4>;
using NeoXLike = NeoXQkv<4, 4>;
using CodeGenLike = CodeGenQkv<16, 8>;  // groups of two heads of 2: the same channels as groups of one head of 4
using PhiLike = Phi3Qkv<6, 3, 4>;
using FalconLike = FalconQkv<6, 3, 4>;
using OutOfOrder = Fused<48, K<16, 4>, V<16, 4>, Q<16, 4>>;

/// Whether the layout, by its name in the catalogue or its text, is among those that the attention behaves like.
inline bool names(const LayoutReport& report, const std::string& layout) {
    return std::any_of(report.consistent.begin(), report.consistent.end(),
                       [&](const std::string& found) { return found.find(layout) != std::string::npos; });
}
inline const LayoutCheck& check_of(const LayoutReport& report, const std::string& asked) {
    for (const LayoutCheck& c : report.checks)
        if (c.asked.find(asked) != std::string::npos) return c;
    throw std::out_of_range(asked);
}

}  // namespace suture_test
