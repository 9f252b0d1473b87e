// Edits are differentiable: the gradients of the source and of injected tensors equal those of the same computation
// written out of place.
#include "laws/recipes.hpp"

#include <ATen/ops/allclose.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

namespace {

using namespace laws;

/// The gradients of a weighted sum of `result` with respect to these leaves; zero where there is none.
std::vector<at::Tensor> gradients_of(const at::Tensor& result, const at::Tensor& weights,
                                     const std::vector<at::Tensor>& leaves) {
    for (const at::Tensor& leaf : leaves) leaf.mutable_grad().reset();
    const at::Tensor loss = result.mul(weights).sum();
    // A piece may have been computed once, when the recipe was made: its history is used by every run.
    if (loss.requires_grad()) loss.backward({}, /*retain_graph=*/true);
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& leaf : leaves)
        gradients.push_back(leaf.grad().defined() ? leaf.grad().clone() : at::zeros_like(leaf));
    return gradients;
}

}  // namespace

TEST_CASE("gradients of a recipe equal those of the same edits out of place") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 150, [&l] {
            drawn_case c = draw_case(l, true);
            // Sometimes only the injected tensors collect gradients.
            if (once_in(4)) c.source.view = c.source.view.detach();
            std::vector<at::Tensor> leaves = c.recipe.injected;
            leaves.push_back(c.source.base);
            random_numbers random = draw_numbers();
            const at::Tensor weights =
                numbers({c.source.view.sizes().begin(), c.source.view.sizes().end()}, at::kDouble, random);

            const at::Tensor expected_result = literal_idiom(c.source.view, l.packed, c.recipe.steps);
            const auto expected = gradients_of(expected_result, weights, leaves);
            for (way how : {way::pipe, way::consume, way::assign}) {
                const at::Tensor result = c.recipe.run(c.source.view, how);
                RC_ASSERT(same_bits(result, expected_result));
                const auto found = gradients_of(result, weights, leaves);
                for (std::size_t i = 0; i < leaves.size(); ++i)
                    RC_ASSERT(at::allclose(found[i], expected[i], 1e-10, 1e-12));
            }
        });
}

TEST_CASE("a result edited in place after the recipe still has the gradients of the recipe") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 20, [&l] {
            const drawn_case c = draw_case(l, true);
            std::vector<at::Tensor> leaves = c.recipe.injected;
            leaves.push_back(c.source.base);
            const at::Tensor weights = at::ones_like(c.source.view.detach());
            const auto expected =
                gradients_of(literal_idiom(c.source.view, l.packed, c.recipe.steps).mul(3), weights, leaves);
            const auto found = gradients_of(c.recipe.run(c.source.view, way::pipe).mul_(3), weights, leaves);
            for (std::size_t i = 0; i < leaves.size(); ++i)
                RC_ASSERT(at::allclose(found[i], expected[i], 1e-10, 1e-12));
        });
}
