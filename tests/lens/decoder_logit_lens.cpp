// The logit lens of GPT-2: the last layer gives the model's logits; by layer, for chosen tokens, and with hooks.
#include "suture/lens/decoder_logit_lens.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/sites.hpp"
#include "suture/record/latest.hpp"

#include "suture/gpt2/gpt2.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <string>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;
using Small = Decoder;

// The lens reads row by row: the axes before the channels may stand in any order.
static_assert(suture::detail::ResidualStream<View<Ordered<Resid<24>, Axis::token, Axis::batch>>>);
static_assert(!suture::detail::ResidualStream<View<Ordered<Mlp<24>, Axis::token, Axis::batch>>>);

/// A model in which every parameter matters.
Small random_model(bool tied) {
    Gpt2Config c;
    c.width = 24, c.heads = 3, c.inner = 96, c.layers = 3, c.positions = 16, c.vocabulary = 11, c.tied = tied;
    Small model(c);
    const at::NoGradGuard no_gradients;
    for (const at::Tensor& parameter : model->parameters()) parameter.normal_(0, 0.3);
    return model;
}
const at::Tensor& ids() {
    static const at::Tensor t = at::randint(11, {2, 5}, at::kLong);
    return t;
}
/// The residual stream before the first block and after each.
Latest<Resid<24>> stream_of(Small& model) {
    Latest<Resid<24>> stream;
    HookSet hooks;
    hooks.add(sites<Resid<24>>(model, "h.*.resid_post"), stream);
    run_with_hooks(model, hooks, ids());
    return stream;
}
template <class R>
concept can_be_read = requires(const Small& model, const R& r) {
    logit_lens(model, r);
};
}  // namespace

TEST_CASE("the lens of the last residual stream is the model's logits, bit for bit, tied or not") {
    const at::NoGradGuard no_gradients;
    for (const bool tied : {true, false}) {
        Small model = random_model(tied);
        const at::Tensor logits = model->forward(ids());
        const Latest<Resid<24>> stream = stream_of(model);
        CHECK(logit_lens(model, stream[2]).equal(logits));
        CHECK(logit_lens(model, stream[2].unsafe_tensor()).equal(logits));
        CHECK_FALSE(logit_lens(model, stream[1]).equal(logits));
        CHECK(logit_lens(model, stream[2][on<Resid>(token(-1))]).allclose(logits.select(1, -1), 1e-5, 1e-6));
        const at::Tensor by_layer = logit_lens_by_layer(model, ids());
        REQUIRE(by_layer.sizes() == at::IntArrayRef({4, 2, 5, 11}));
        CHECK(by_layer[3].equal(logits));
        CHECK(by_layer[2].equal(logit_lens(model, stream[1])));
        const at::Tensor embedded = model->token_embedding(ids()) + model->position_embedding(at::arange(5));
        CHECK(by_layer[0].equal(logit_lens(model, embedded)));
    }
}

TEST_CASE("one prompt without a batch axis gives logits without one") {
    Small model = random_model(true);
    const at::Tensor all = logit_lens_by_layer(model, ids());
    const at::Tensor one = logit_lens_by_layer(model, ids()[1]);
    REQUIRE(one.sizes() == at::IntArrayRef({4, 5, 11}));
    CHECK(one.allclose(all.select(1, 1), 1e-5, 1e-6));
    CHECK_FALSE(one.requires_grad());
}

TEST_CASE("chosen tokens get the same logits as among all") {
    for (const bool tied : {true, false}) {
        Small model = random_model(tied);
        const at::Tensor chosen = at::tensor({7, 0, 7}, at::kLong), all = logit_lens_by_layer(model, ids());
        const at::Tensor few = logit_lens_by_layer(model, ids(), {7, 0, 7});
        REQUIRE(few.sizes() == at::IntArrayRef({4, 2, 5, 3}));
        CHECK(few.allclose(all.index_select(-1, chosen), 1e-5, 1e-6));
        CHECK(logit_lens(model, stream_of(model)[0], {7, 0, 7}).allclose(few[1], 1e-5, 1e-6));
    }
}

TEST_CASE("only the residual stream of the model's width has a lens; a plain tensor is taken for one") {
    static_assert(can_be_read<View<Resid<24>>> && can_be_read<Owned<Resid<24>>> && can_be_read<Piece<Resid<24>>>);
    static_assert(can_be_read<at::Tensor>);
    static_assert(!can_be_read<View<Norm<24>>>);
    static_assert(!can_be_read<View<Grouped<3, Resid<8>>>> && !can_be_read<Piece<Norm<24>>>);
    static_assert(!can_be_read<View<Gpt2Qkv<24, 3>>>);
    const Small model = random_model(true);
    CHECK(says(message_of<ShapeError>([&] { (void)logit_lens(model, at::ones({2, 23})); }), "[..., 24]", "[2, 23]"));
    CHECK(says(message_of<TypeError>([&] { (void)logit_lens(model, at::ones({24}, at::kDouble)); }), "float64 [24]",
               "float32 [11, 24]", "convert it"));
    CHECK(says(message_of<TypeError>([&] { (void)logit_lens(model, at::Tensor()); }), "undefined"));
}

TEST_CASE("a token that the vocabulary lacks is refused before the model runs") {
    Small model = random_model(false);
    int runs = 0;
    HookSet hooks;
    hooks.add(model->blocks[0]->resid_pre, [&](const auto&) { ++runs; }).may_be_idle();
    const auto scope = hooks.activate();
    CHECK(says(message_of<ValueError>([&] {
                   (void)logit_lens_by_layer(model, ids(), {3, 11});
               }),
               "token id 11", "vocabulary of 11"));
    CHECK(says(message_of<ValueError>([&] { (void)logit_lens(model, at::ones({24}), {-1}); }), "token id -1"));
    CHECK(runs == 0);
    CHECK(says(message_of<ShapeError>([&] {
                   (void)logit_lens_by_layer(model, at::ones({1, 1, 2}, at::kLong));
               }),
               "[1, 1, 2]"));
    CHECK(says(message_of<TypeError>([&] { (void)logit_lens_by_layer(model, at::Tensor()); }), "undefined"));
}

TEST_CASE("a patched model has the lens of its patched stream, and recorders of its norm do not see the lens") {
    const at::NoGradGuard no_gradients;
    Small model = random_model(true);
    const at::Tensor clean = logit_lens_by_layer(model, ids());
    HookSet hooks;
    Latest<Norm<24>> norm;
    hooks.add(model->blocks[1]->resid_mid, on<Resid>(token(2)).zero());
    hooks.add(model->final_norm, norm);
    const auto scope = hooks.activate();
    const at::Tensor logits = model->forward(ids()), patched = logit_lens_by_layer(model, ids());
    CHECK(patched[3].equal(logits));
    CHECK(patched.narrow(0, 0, 2).equal(clean.narrow(0, 0, 2)));
    CHECK_FALSE(patched[2].equal(clean[2]));
    CHECK(norm[0].equal(
        borrow<Norm<24>>(model->final_norm->DecoderNormImpl::forward(stream_of(model)[2].unsafe_tensor()))));
    CHECK((*norm.begin()).pass() == 2);  // of three: model, lens by layer, stream_of
}

TEST_CASE("gradients flow through the lens of a stream") {
    const Small model = random_model(true);
    const at::Tensor residual = at::randn({24}).requires_grad_(true);
    logit_lens(model, residual, {3}).sum().backward();
    CHECK(residual.grad().abs().sum().item<double>() > 0);
}
