// What a recorder copies from an activation: exactly the selected part, in storage of its own, whatever the mode.
#include "suture/record/record_options.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

using Qkv = Gpt2Qkv<768, 12>;
using Query = Q<768, 12>;
using Small = Fused<6, Q<2>, K<2>, V<2>>;
using Neox = Grouped<12, Q<64>, K<64>, V<64>>;

/// Records one activation at a site packed like L.
template <class X, class L = Qkv>
Latest<X> recorded(const at::Tensor& x, RecordOptions how = {}) {
    const HookPoint<L> site("h.3.attn.c_attn");
    Latest<X> latest(how);
    HookSet hooks;
    hooks.add(site, latest);
    const auto scope = hooks.activate();
    const at::Tensor passed = site(x);
    CHECK(passed.is_same(x));
    return latest;
}

/// The tensor of what was recorded.
template <class X, class L = Qkv>
at::Tensor kept(const at::Tensor& x, RecordOptions how = {}) {
    return recorded<X, L>(x, how)[0].unsafe_tensor();
}

/// [2, 3, 6]: two rows of three tokens.
at::Tensor small() { return at::arange(36, at::kFloat).reshape({2, 3, 6}); }
at::Tensor small_query(const RecordOptions& how) { return kept<Q<2>, Small>(small(), how); }

void check_storage(const at::Tensor& t, at::IntArrayRef sizes, std::size_t item = sizeof(float)) {
    CHECK(t.sizes() == sizes);
    CHECK(t.is_contiguous());
    CHECK(t.storage_offset() == 0);
    CHECK(t.storage().nbytes() == static_cast<std::size_t>(t.numel()) * item);
}

}  // namespace

TEST_CASE("a recorded part never pins the whole activation") {
    const at::Tensor x = at::randn({1, 5, Qkv::width});
    check_storage(kept<Query>(x), {1, 5, 768});
    check_storage(kept<Qkv>(x), {1, 5, 2304});
    check_storage(kept<Query>(x, {.tokens = token(4)}), {1, 768});
    check_storage(kept<Query>(x, {.tokens = tokens(1, 3)}), {1, 2, 768});
    check_storage(kept<Query>(x, {.tokens = token(-1), .batches = batch(0)}), {768});
    check_storage(kept<Query>(x, {.tokens = token(at::tensor({2}))}), {1, 768});
    check_storage(kept<Query>(x, {.tokens = mask(at::tensor({1, 0, 1, 0, 0}).to(at::kBool))}), {2, 768});
    check_storage(kept<Query>(x, {.dtype = at::kDouble}), {1, 5, 768}, sizeof(double));
    check_storage(kept<Query>(x.transpose(0, 1)), {5, 1, 768});
    check_storage(kept<Query>(at::randn({5, 1, 1}).expand({5, 2, Qkv::width})), {5, 2, 768});
    check_storage(kept<Query>(at::randn({Qkv::width, 5}).t()), {5, 768});
}

TEST_CASE("a component in groups is recorded alone, in its groups") {
    const at::Tensor x = at::randn({2, 5, Neox::width});
    using Query = part<Neox, Q>;
    const Latest<Query> latest = recorded<Query, Neox>(x);
    check_storage(latest[0].unsafe_tensor(), {2, 5, 12 * 64});
    CHECK(latest[0].equal(borrow<Neox>(x)[on<Q>()]));
    CHECK(latest.bytes_held() == 2 * 5 * 12 * 64 * sizeof(float));
    const at::Tensor last = kept<Query, Neox>(x, {.tokens = token(at::tensor({4, 0}))});
    check_storage(last, {2, 12 * 64});
    CHECK(last[1].equal(borrow<Neox>(x)[on<Q>(batch(1), token(0))].clone()));
}

TEST_CASE("a later write into the activation never reaches the recorded copy") {
    for (const RecordOptions& how :
         {RecordOptions{}, RecordOptions{.tokens = tokens(0, to_end)}, RecordOptions{.dtype = at::kFloat}}) {
        at::Tensor x = small();
        const auto query = recorded<Q<2>, Small>(x, how);
        const auto whole = recorded<Small, Small>(x, how);
        x.fill_(-1);
        CHECK(query[0].unsafe_tensor().equal(small().narrow(-1, 0, 2)));
        CHECK(whole[0].unsafe_tensor().equal(small()));
    }
}

TEST_CASE("tokens and batch rows are chosen as in an edit") {
    const at::Tensor q = small().narrow(-1, 0, 2);
    CHECK(small_query({.tokens = token(1)}).equal(q.select(1, 1)));
    CHECK(small_query({.tokens = token(-1)}).equal(q.select(1, 2)));
    CHECK(small_query({.tokens = tokens(1, to_end)}).equal(q.narrow(1, 1, 2)));
    CHECK(small_query({.batches = batch(1)}).equal(q[1]));
    CHECK(small_query({.batches = batches(1, 2)}).equal(q.narrow(0, 1, 1)));
    CHECK(small_query({.tokens = token(0), .batches = batch(1)}).equal(q[1][0]));
    CHECK(small_query({.tokens = token(at::tensor({2, 0}))}).equal(at::stack({q[0][2], q[1][0]})));
    CHECK(small_query({.tokens = tokens(at::tensor({2, 0}))}).equal(q.index_select(1, at::tensor({2, 0}))));
    const at::Tensor high = small().select(-1, 0).gt(11);
    CHECK(small_query({.tokens = mask(high)}).equal(q.reshape({6, 2}).narrow(0, 2, 4)));
}

TEST_CASE("a selected part that the activation lacks is an error that names the site") {
    const auto refusal = [](const RecordOptions& how) {
        return message_of<PositionError>([&] { (void)small_query(how); });
    };
    CHECK(says(refusal({.tokens = token(3)}), "h.3.attn.c_attn: ", "token 3", "3 tokens"));
    CHECK(says(refusal({.batches = batch(2)}), "h.3.attn.c_attn: ", "batch row 2", "2 batch rows"));
    CHECK(says(refusal({.tokens = mask(at::zeros({3}, at::kBool))}), "false everywhere"));
    CHECK(says(message_of<ShapeError>([] {
                   (void)kept<Q<2>, Small>(at::zeros({3, 7}));
               }),
               "h.3.attn.c_attn: ", "[3, 7]", "6"));
    CHECK(says(message_of<ValueError>([] {
                   Latest<Q<2>> both(RecordOptions{.tokens = mask(at::ones({3}, at::kBool)), .batches = batch(0)});
               }),
               ".tokens or .batches"));
}

TEST_CASE("dtype and device apply to the recorded copy and never to the model") {
    const at::Tensor x = at::randn({2, 3, 6}), before = x.clone();
    const HookPoint<Small> site("h.0");
    Latest<Q<2>> narrow(RecordOptions{.dtype = at::kBFloat16}), elsewhere(RecordOptions{.device = at::kMeta});
    HookSet hooks;
    hooks.add(site, narrow);
    hooks.add(site, elsewhere);
    const auto scope = hooks.activate();
    const at::Tensor passed = site(x);

    CHECK(passed.is_same(x));
    CHECK(passed.scalar_type() == at::kFloat);
    CHECK(passed.equal(before));
    CHECK(narrow[0].dtype() == at::kBFloat16);
    CHECK(narrow[0].unsafe_tensor().equal(x.narrow(-1, 0, 2).to(at::kBFloat16)));
    CHECK(narrow.bytes_held() == 2 * 3 * 2 * 2);
    CHECK(elsewhere[0].device().is_meta());
    CHECK(elsewhere[0].sizes() == at::IntArrayRef({2, 3, 2}));
}

TEST_CASE("a recorder sees its site before or after the edits, whichever was added first") {
    const HookPoint<Small> site("h.0");
    Latest<Q<2>> before(RecordOptions{.when = RecordPhase::before_edits}), after;
    HookSet hooks;
    hooks.add(site, after);
    hooks.add(site, on<Q>().set(-1));
    hooks.add(site, before);
    const auto scope = hooks.activate();
    const at::Tensor passed = site(small());

    CHECK(before[0].unsafe_tensor().equal(small().narrow(-1, 0, 2)));
    CHECK(after[0].unsafe_tensor().equal(at::full({2, 3, 2}, -1.0)));
    CHECK(passed.narrow(-1, 0, 2).equal(after[0].unsafe_tensor()));
}

TEST_CASE("a tensor recorded in inference mode is a normal tensor that autograd accepts") {
    const auto try_out = [](const RecordOptions& how) {
        Latest<Q<2>> latest(how);
        {
            const c10::InferenceMode inference;
            const HookPoint<Small> site("h.0");
            HookSet hooks;
            hooks.add(site, latest);
            const auto scope = hooks.activate();
            const at::Tensor x = small();
            REQUIRE(x.is_inference());
            CHECK(site(x).is_inference());
            CHECK(c10::InferenceMode::is_enabled());
            CHECK_FALSE(at::GradMode::is_enabled());
        }
        const at::Tensor kept = latest[0].unsafe_tensor();
        CHECK_FALSE(kept.is_inference());
        CHECK_FALSE(kept.requires_grad());
        const at::Tensor weight = at::ones({2}).requires_grad_();
        (weight * kept)
            .sum()
            .backward();  // saves the recorded tensor for the backward pass, which an inference tensor would refuse
        CHECK(weight.grad().equal(kept.reshape({-1, 2}).sum(0)));
    };
    try_out({});
    try_out({.tokens = token(at::tensor({0, 1}))});
    try_out({.dtype = at::kDouble});
    try_out({.keep_graph = true});
}

TEST_CASE("floating-point activations are not cut to integers, and integers may become any dtype") {
    const at::Tensor x = at::full({1, 2}, 2.75f);
    for (const at::ScalarType dtype : {at::kInt, at::kChar, at::kBool})
        CHECK(says(message_of<TypeError>([&] { (void)recorded<Q<2>, Q<2>>(x, {.dtype = dtype}); }),
                   "the activation is float32 [1, 2] on cpu and would be cut to integers as",
                   "set a floating-point dtype"));
    CHECK(kept<Q<2>, Q<2>>(x, {.dtype = at::kHalf}).equal(x.to(at::kHalf)));
    const HookPoint<AnyLayout> site("mask");
    Latest<AnyLayout> latest(RecordOptions{.dtype = at::kInt});
    HookSet hooks;
    hooks.add(site, latest);
    const auto scope = hooks.activate();
    (void)site(at::arange(4));
    CHECK(latest[0].equal(at::arange(4, at::kInt)));
}

TEST_CASE("a recorded tensor is detached, unless the graph is kept") {
    const at::Tensor leaf = small().requires_grad_();
    const at::Tensor x = leaf * 2;
    CHECK_FALSE(kept<Q<2>, Small>(x).requires_grad());
    CHECK_FALSE(kept<Q<2>, Small>(x, {.tokens = token(at::tensor({0, 1}))}).requires_grad());
    CHECK(at::GradMode::is_enabled());

    kept<Q<2>, Small>(x, {.tokens = token(1), .dtype = at::kDouble, .keep_graph = true}).sum().backward();
    at::Tensor expected = at::zeros({2, 3, 6});
    expected.select(1, 1).narrow(-1, 0, 2).fill_(2);
    CHECK(leaf.grad().equal(expected));

    const RecordOptions with_graph{.keep_graph = true};
    {
        const at::NoGradGuard no_gradients;
        CHECK_FALSE(kept<Q<2>, Small>(x, with_graph).requires_grad());
    }
    const c10::InferenceMode inference;  // a pass that tracks no gradients, although its input could
    CHECK_FALSE(kept<Q<2>, Small>(x, with_graph).requires_grad());
}
