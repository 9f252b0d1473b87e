// Noise: the same for the same seed, in the selected part and nowhere else.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/draw_recipe.hpp"
#include "laws/layouts.hpp"
#include "laws/tensors.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace {

using namespace laws;

at::Generator seeded(std::uint64_t seed) { return at::make_generator<at::CPUGeneratorImpl>(seed); }

/// Noise at a token, in a part of the channels that differs from layout to layout.
template <Layout L>
struct noise_kind {
    using kind = edit_kind<L, 0>;
    using X = typename kind::X;
    using channels = channel_wheres<L, X, kind::channels>;

    chosen_part told;
    std::vector<at::Tensor> given;

    /// Draws the part of the channels.
    noise_kind(const extents& leading, Index at, random_numbers& random) {
        told.token = IndexRange{at, at + 1, true};
        const auto wheres = channels::draw(place_drawer{leading, random, false, told, given});
        add = [=](const at::Tensor& t, double stddev, std::uint64_t seed) {
            const auto recipe = std::apply(
                [&](const auto&... ws) { return on<X>(token(at), ws...).noise(stddev, seeded(seed)); }, wheres);
            return (borrow<L>(t) | recipe).take();
        };
    }
    std::function<at::Tensor(const at::Tensor&, double, std::uint64_t)> add;
};

}  // namespace

TEST_CASE("the same seed gives the same noise, another seed other noise") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 20, [] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(1, false), L::width, one_of(float_dtypes()), random);
            RC_LOG() << a.text << "\n";
            const noise_kind<L> noise(leading_of(a.view), 0, random);
            RC_ASSERT(same_bits(noise.add(a.view, 4.0, 7), noise.add(a.view, 4.0, 7)));
            RC_ASSERT(!same_bits(noise.add(a.view, 4.0, 7), noise.add(a.view, 4.0, 8)));
        });
    });
}

TEST_CASE("noise changes every channel of the part and no other") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 20, [] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(1, false), L::width, at::kDouble, random);
            RC_LOG() << a.text << "\n";
            using kind = typename noise_kind<L>::kind;
            const Index at = draw(0, a.view.size(-2));
            const noise_kind<L> noise(leading_of(a.view), at, random);
            const at::Tensor noisy = noise.add(a.view, 1.0, 7);
            // All values that the oracle finds there were changed; replacing them by the old ones gives the source.
            taken_apart parts(noisy, definition_of<L>());
            const taken_apart original(a.view, definition_of<L>());
            parts.edit(kind::segment_at, noise.told, [&](const at::Tensor& t, const selected& s) {
                const at::Tensor before = gather(kind::segment_at == whole ? a.view : original.at(kind::segment_at), s);
                RC_ASSERT(t.ne(before).all().item<bool>());
                return before;
            });
            RC_ASSERT(same_bits(parts.cat(), a.view));
        });
    });
}

TEST_CASE("noise has the requested standard deviation and mean 0") {
    using L = Fused<64, Q<32>, K<32>>;
    const at::Tensor noisy = (borrow<L>(at::zeros({1000, 64})) | on<Q<32>>().noise(3.0, seeded(7))).take();
    const at::Tensor q = noisy.narrow(-1, 0, 32);
    CHECK(std::abs(q.std().item<double>() - 3.0) < 0.05);
    CHECK(std::abs(q.mean().item<double>()) < 0.05);
    CHECK(noisy.narrow(-1, 32, 32).eq(0).all().item<bool>());
}

TEST_CASE("noise does not change the gradients of the source") {
    using L = Fused<4, Q<2>, K<2>>;
    const at::Tensor x = at::zeros({3, 4}).requires_grad_();
    (borrow<L>(x) | on<Q<2>>().noise(1.0, seeded(7))).take().sum().backward();
    CHECK(x.grad().eq(1).all().item<bool>());
}
