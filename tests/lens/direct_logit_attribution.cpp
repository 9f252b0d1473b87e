// Direct logit attribution: the contributions sum to the logit, each belongs to its part, and edits are kept apart.
#include "suture/lens/direct_logit_attribution.hpp"

#include "suture/edit/on.hpp"
#include "suture/gpt2/gpt2.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/sites.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <string>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;
using Small = Decoder;

/// A model in which every parameter matters, biases and norms too.
Decoder random_model(Index width, Index heads, Index layers, bool tied, at::ScalarType dtype = at::kDouble) {
    Gpt2Config c;
    c.width = width, c.heads = heads, c.inner = 4 * width, c.layers = layers, c.positions = 16, c.vocabulary = 11,
    c.tied = tied;
    Decoder model(c);
    const at::NoGradGuard no_gradients;
    for (const at::Tensor& parameter : model->parameters()) parameter.normal_(0, 0.3);
    model->to(dtype);
    return model;
}
const at::Tensor& ids() {
    static const at::Tensor t = at::randint(11, {2, 6}, at::kLong);
    return t;
}
/// The model's own logit, or difference of logits: [batch, tokens].
at::Tensor given_by(Decoder& model, const LogitTarget& target) {
    const at::NoGradGuard no_gradients;
    const at::Tensor logits = model->forward(ids()).to(at::kDouble);
    const at::Tensor token = logits.select(-1, target.token);
    return target.against ? token - logits.select(-1, *target.against) : token;
}
double largest(const at::Tensor& t) { return t.abs().max().item<double>(); }

void check_sum(Index width, Index heads, Index layers) {
    for (const bool tied : {true, false})
        for (const at::ScalarType dtype : {at::kDouble, at::kFloat})
            for (const LogitTarget& target : {logit(3), logit_difference(3, 8)}) {
                CAPTURE(width);
                CAPTURE(tied);
                CAPTURE(dtype);
                Decoder model = random_model(width, heads, layers, tied, dtype);
                const DirectLogitAttribution a = direct_logit_attribution(model, ids(), target, tokens(0, to_end));
                REQUIRE(a.heads.sizes() == at::IntArrayRef({2, 6, layers, heads}));
                REQUIRE(a.mlps.sizes() == at::IntArrayRef({2, 6, layers}));
                REQUIRE(a.attention_biases.sizes() == at::IntArrayRef({2, 6, layers}));
                REQUIRE(a.embedding.sizes() == at::IntArrayRef({2, 6}));
                CHECK(largest(a.total() - given_by(model, target)) < (dtype == at::kDouble ? 1e-10 : 1e-4));
                CHECK(a.edits.eq(0).all().item<bool>());  // so the sum is not right by a remainder
            }
}
}  // namespace

TEST_CASE("all contributions together are the logit, or the difference, at every token of every prompt") {
    check_sum(24, 3, 3);
    check_sum(48, 4, 2);
    check_sum(16, 1, 1);
}

TEST_CASE("a contribution is what the logit loses without the part's own write, before the frozen norm") {
    const at::NoGradGuard no_gradients;
    Small model = random_model(24, 3, 3, false);
    HookSet hooks;
    Latest<Z<24, 3>> z;
    Latest<MlpOut<24>> mlps;
    Latest<Resid<24>> last;
    hooks.add(sites<Z<24, 3>>(model, "h.*.attn.z"), z);
    hooks.add(sites<MlpOut<24>>(model, "h.*.mlp.c_proj"), mlps);
    hooks.add(model->blocks[2]->resid_post, last);
    run_with_hooks(model, hooks, ids());
    const at::Tensor stream = last[0][on<Resid>(batch(1), token(4))].clone();
    const at::Tensor centred = stream - stream.mean();
    const double scale = std::sqrt(centred.square().mean().item<double>() + 1e-5);
    const auto difference = [&](const at::Tensor& in_stream) {
        const at::Tensor normed =
            (in_stream - in_stream.mean()) / scale * model->final_norm->weight + model->final_norm->bias;
        return (model->head->weight[3] - model->head->weight[8]).dot(normed).item<double>();
    };
    const auto lost = [&](const at::Tensor& written) { return difference(stream) - difference(stream - written); };

    const auto rows_of_head = [](const auto& c_proj, Index h) { return c_proj->weight.view({3, 8, 24})[h]; };

    const DirectLogitAttribution a = direct_logit_attribution(model, ids(), logit_difference(3, 8), token(4));
    for (Index layer = 0; layer < 3; ++layer) {
        const auto at = static_cast<std::size_t>(layer);
        const auto& c_proj = model->blocks[at]->attn->out;
        for (Index h = 0; h < 3; ++h) {
            const at::Tensor written = z[at][on<Z>(batch(1), token(4), head(h))].matmul(rows_of_head(c_proj, h));
            CHECK(a.heads[1][layer][h].item<double>() == doctest::Approx(lost(written)).epsilon(1e-9));
        }
        CHECK(a.attention_biases[1][layer].item<double>() == doctest::Approx(lost(c_proj->bias)).epsilon(1e-9));
        const at::Tensor by_mlp = mlps[at][on<MlpOut>(batch(1), token(4))].clone();
        CHECK(a.mlps[1][layer].item<double>() == doctest::Approx(lost(by_mlp)).epsilon(1e-9));
    }
    const at::Tensor embedded = model->token_embedding(ids())[1][4] + model->position_embedding(at::arange(6))[4];
    CHECK(a.embedding[1].item<double>() == doctest::Approx(lost(embedded)).epsilon(1e-9));
    CHECK(a.norm_bias[1].item<double>() == doctest::Approx(difference(at::zeros({24}, at::kDouble))).epsilon(1e-9));
}

TEST_CASE("one prompt without a batch axis gives none, and the last token is attributed") {
    Small model = random_model(24, 3, 3, true);
    const DirectLogitAttribution all = direct_logit_attribution(model, ids(), logit(2), tokens(0, to_end));
    const DirectLogitAttribution one = direct_logit_attribution(model, ids()[1], logit(2));
    REQUIRE(one.heads.sizes() == at::IntArrayRef({3, 3}));
    REQUIRE(one.mlps.sizes() == at::IntArrayRef({3}));
    REQUIRE(one.attention_biases.sizes() == at::IntArrayRef({3}));
    for (const at::Tensor& number : {one.embedding, one.norm_bias, one.edits, one.total()}) REQUIRE(number.dim() == 0);
    CHECK(largest(one.heads - all.heads[1][5]) < 1e-10);
    CHECK(largest(one.total() - all.total()[1][5]) < 1e-10);
    CHECK(largest(direct_logit_attribution(model, ids()[1], logit(2), token(3)).heads - all.heads[1][3]) < 1e-10);
    CHECK(one.heads.scalar_type() == at::kDouble);
    CHECK_FALSE(one.total().requires_grad());
}

TEST_CASE("a difference is attributed as the difference of the two") {
    Small model = random_model(24, 3, 2, true);
    const DirectLogitAttribution a = direct_logit_attribution(model, ids(), logit(2)),
                                 b = direct_logit_attribution(model, ids(), logit(9));
    const DirectLogitAttribution difference = direct_logit_attribution(model, ids(), logit_difference(2, 9));
    CHECK(largest(difference.heads - (a.heads - b.heads)) < 1e-10);
    CHECK(largest(difference.mlps - (a.mlps - b.mlps)) < 1e-10);
    CHECK(largest(difference.norm_bias - (a.norm_bias - b.norm_bias)) < 1e-10);
}

TEST_CASE("a patched model gives the patched attribution, which still sums to the logit") {
    const at::NoGradGuard no_gradients;
    Small model = random_model(24, 3, 3, false);
    const LogitTarget target = logit_difference(1, 4);
    const DirectLogitAttribution clean = direct_logit_attribution(model, ids(), target);
    const auto patched = [&](const auto& site, const auto& recipe) {
        HookSet hooks;
        hooks.add(site, recipe);
        const auto scope = hooks.activate();
        const DirectLogitAttribution a = direct_logit_attribution(model, ids(), target);
        CHECK(largest(a.total() - given_by(model, target).select(-1, -1)) < 1e-10);
        CHECK(largest(a.total() - clean.total()) > 1e-6);
        return a;
    };

    SUBCASE("a silenced head contributes nothing, and what is read before it is as it was") {
        for (const DirectLogitAttribution& a :
             {patched(model->blocks[1]->attn->z, on<Z>(head<2>).zero()),
              patched(site<Z<24, 3>>(model, "h.1.attn.c_proj.input"), on<Z>(head<2>).zero())}) {
            CHECK(a.heads.select(-2, 1).select(-1, 2).eq(0).all().item<bool>());
            CHECK(largest(a.heads.select(-2, 2) - clean.heads.select(-2, 2)) > 1e-6);  // it reads the missing part
            CHECK(a.edits.eq(0).all().item<bool>());
        }
    }
    SUBCASE("an edited query or MLP is its part's contribution, and no edit of the stream") {
        CHECK(patched(model->blocks[0]->attn->qkv, on<Q>(token(-1)).add(1.0)).edits.eq(0).all().item<bool>());
        const DirectLogitAttribution a = patched(model->blocks[2]->mlp->down, on<MlpOut>(token(-1)).zero());
        CHECK(a.mlps.select(-1, 2).eq(0).all().item<bool>());
        CHECK(a.edits.eq(0).all().item<bool>());
    }
    SUBCASE("an edit of the stream at another token reaches the logit through the parts alone") {
        CHECK(patched(model->blocks[1]->resid_mid, on<Resid>(token(0)).zero()).edits.eq(0).all().item<bool>());
    }
    SUBCASE("edits of the stream itself are kept apart, wherever they are") {
        const at::Tensor vector = at::randn({24}, at::kDouble);
        const auto steer = on<Resid>(token(-1)).add(vector);
        for (const DirectLogitAttribution& a :
             {patched(model->blocks[0]->resid_pre, steer), patched(model->blocks[1]->resid_mid, steer),
              patched(model->blocks[2]->resid_post, steer), patched(site<Resid<24>>(model, "ln_f.input"), steer),
              patched(model->blocks[1]->attn->out, on<AttnOut>(token(-1)).add(vector)),
              patched(model->final_norm, on<Norm>(token(-1)).add(vector))})
            CHECK(a.edits.ne(0).all().item<bool>());
        const at::Tensor direction = model->head->weight[1] - model->head->weight[4];
        const at::Tensor after = patched(model->final_norm, on<Norm>(token(-1)).add(vector)).edits;
        CHECK(largest(after - direction.dot(vector)) < 1e-10);
        const DirectLogitAttribution early = patched(model->blocks[0]->resid_pre, steer);
        const at::Tensor weighed = model->final_norm->weight * direction;
        const at::Tensor scale = early.edits / vector.dot(weighed - weighed.mean());
        CHECK(scale.gt(0).all().item<bool>());
        const at::Tensor embedded =
            (model->token_embedding(ids()) + model->position_embedding(at::arange(6))).select(1, -1);
        CHECK(largest(early.embedding - embedded.matmul(weighed - weighed.mean()) * scale) < 1e-10);
    }
}

TEST_CASE("direct logit attribution disturbs no model, and runs inside a hook") {
    const at::NoGradGuard no_gradients;
    Small model = random_model(24, 3, 2, true);
    const at::Tensor before = model->forward(ids());
    const at::Tensor outside = direct_logit_attribution(model, ids(), logit(2)).total();
    at::Tensor inside;
    HookSet hooks;
    const auto attributes = [&](const auto&) { inside = direct_logit_attribution(model, ids(), logit(2)).total(); };
    hooks.add(model->final_norm, attributes);
    CHECK(run_with_hooks(model, hooks, ids()).equal(before));
    CHECK(inside.equal(outside));
    CHECK(suture::detail::innermost_scope == nullptr);
}

TEST_CASE("impossible attributions are refused with a remedy, unknown token ids before the model runs") {
    Small model = random_model(24, 3, 1, true);
    const auto refusal = [&]<class Kind>(std::type_identity<Kind>, const at::Tensor& prompt, const LogitTarget& target,
                                         const Position<Axis::token>& where) {
        return message_of<Kind>([&] { (void)direct_logit_attribution(model, prompt, target, where); });
    };
    const std::type_identity<ValueError> value;
    const std::type_identity<PositionError> place;
    CHECK(says(refusal(value, at::Tensor(), logit(11), token(0)), "token id 11 is outside the vocabulary of 11"));
    CHECK(says(refusal(value, ids(), logit(-1), token(0)), "token id -1"));
    CHECK(says(refusal(value, ids(), logit_difference(3, 12), token(0)), "token id 12"));
    CHECK(says(refusal(value, ids() + 11, logit(0), token(0)), "outside the vocabulary"));
    CHECK(says(refusal(place, ids(), logit(0), token(6)), "token 6 is outside"));
    CHECK(says(refusal(place, ids()[0], logit(0), token(-7)), "token -7 is outside"));
    const at::Tensor cube = at::zeros({1, 2, 3}, at::kLong);
    CHECK(says(refusal(std::type_identity<ShapeError>(), cube, logit(0), token(0)), "[1, 2, 3]"));
    CHECK(says(refusal(std::type_identity<TypeError>(), at::Tensor(), logit(0), token(0)), "undefined"));
}
