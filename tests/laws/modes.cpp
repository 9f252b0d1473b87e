// A recipe gives the same bits whether gradients are recorded, switched off, or impossible.
#include "laws/recipes.hpp"

namespace {

using namespace laws;

template <class Mode>
at::Tensor in_mode(const drawn_case& c, way how) {
    const Mode mode;
    return c.recipe.run(c.source.view, how);
}

/// A copy of the tensor, made in inference mode, with the same strides.
at::Tensor inference_copy(const at::Tensor& t) {
    const c10::InferenceMode inference;
    return t.clone();
}

}  // namespace

TEST_CASE("no_grad and inference mode give the same bits as normal mode") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 150, [&l] {
            drawn_case c = draw_case(l);
            if (c.recipe.is_impossible()) return;
            for (way how : {way::pipe, way::consume, way::assign}) {
                const at::Tensor normal = c.recipe.run(c.source.view, how);
                RC_ASSERT(same_numbers(in_mode<c10::InferenceMode>(c, how), normal));
                RC_ASSERT(same_numbers(in_mode<at::NoGradGuard>(c, how), normal));
            }
        });
}

TEST_CASE("a source that collects gradients gives the same bits as one that does not") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 60, [&l] {
            const drawn_case c = draw_case(l, true);
            const at::Tensor recorded = c.recipe.run(c.source.view, way::pipe);
            const at::NoGradGuard no_grad;
            RC_ASSERT(same_numbers(c.recipe.run(c.source.view.detach(), way::pipe), recorded));
        });
}

TEST_CASE("a source made in inference mode can be edited inside and outside of it") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 60, [&l] {
            drawn_case c = draw_case(l);
            if (c.recipe.is_impossible()) return;
            const at::Tensor expected = c.recipe.run(c.source.view, way::pipe);
            c.source.view = inference_copy(c.source.view);
            const std::vector<char> before = bytes_of(c.source.view);
            for (way how : {way::pipe, way::consume, way::assign}) {
                RC_ASSERT(same_numbers(c.recipe.run(c.source.view, how), expected));
                RC_ASSERT(same_numbers(in_mode<c10::InferenceMode>(c, how), expected));
                RC_ASSERT(bytes_of(c.source.view) == before);
            }
        });
}
