// What Latest and History share: where they attach, how long they live, and their iteration.
#include "suture/record/recorder.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/history.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/transform.hpp>

#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

using Small = Fused<6, Q<2>, K<2>, V<2>>;
using Packed = Grouped<3, Q<1>, K<1>>;

/// Three layers and a hook set.
struct fixture {
    std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1"), HookPoint<Small>("h.2")};
    HookSet hooks;

    void pass(float value) const {
        const auto scope = hooks.activate();
        for (const auto& site : sites) (void)site(at::full({4, 6}, value));
    }
};

template <class Recorder, class Site>
concept can_attach = requires(HookSet& hooks, const Site& site, Recorder& recorder) {
    hooks.add(site, recorder);
};
template <class Recorder, class Site>
concept can_attach_backward = requires(HookSet& hooks, const Site& site, Recorder& recorder) {
    hooks.add_backward(site, recorder);
};

static_assert(can_attach<Latest<Small>, HookPoint<Small>>);
static_assert(can_attach<Latest<K<2>>, HookPoint<Small>>);
static_assert(can_attach<History<K<2>>, std::vector<HookPoint<Small>>>);
static_assert(can_attach<Latest<part<Packed, Q>>, HookPoint<Packed>>);
static_assert(!can_attach<Latest<Gate<2>>, HookPoint<Small>>);
static_assert(!can_attach<Latest<K<3>>, HookPoint<Small>>);
static_assert(!can_attach<Latest<Packed>, HookPoint<Small>>);
static_assert(!can_attach<Latest<Q<1>>, HookPoint<Packed>>);
static_assert(!can_attach<Latest<Grouped<2, Q<1>>>, HookPoint<Packed>>);
static_assert(!can_attach<Latest<Grouped<3, Q<2>>>, HookPoint<Small>>);
static_assert(!can_attach<Latest<Small>, HookPoint<AnyLayout>>);
static_assert(can_attach<Latest<AnyLayout>, HookPoint<AnyLayout>>);
static_assert(can_attach<History<AnyLayout>, std::vector<HookPoint<Small>>>);
static_assert(can_attach_backward<Latest<Small>, HookPoint<Small>>);
static_assert(can_attach_backward<History<K<2>>, std::vector<HookPoint<Small>>>);
static_assert(can_attach_backward<Latest<AnyLayout>, HookPoint<AnyLayout>>);
static_assert(!can_attach_backward<Latest<Gate<2>>, HookPoint<Small>>);
static_assert(!can_attach_backward<Board<Small>, HookPoint<Small>>);
static_assert(std::is_same_v<RecordEntry<AnyLayout>::view_type, at::Tensor>);
static_assert(std::is_same_v<RecordEntry<part<Packed, Q>>::view_type, View<part<Packed, Q>>>);

static_assert(std::random_access_iterator<History<Small>::iterator>);
static_assert(std::ranges::random_access_range<Latest<Small>>);
static_assert(!std::is_copy_constructible_v<History<Small>>);

}  // namespace

TEST_CASE_FIXTURE(fixture, "a recorder attaches to one site, to several and to sites without a layout") {
    Latest<Q<2>> one, three, untyped;
    const auto first = hooks.add(sites[1], one), second = hooks.add(sites, three);
    CHECK(first.size() == 1);
    CHECK(second.size() == 3);
    pass(5);
    CHECK(one.size() == 1);
    CHECK(three.size() == 3);

    HookPoint<AnyLayout> plain("lm");
    HookSet other;
    const auto third = other.add<Small>(plain, untyped);
    const auto scope = other.activate();
    (void)plain(at::full({4, 6}, 7.0));
    CHECK(untyped[0].unsafe_tensor().equal(at::full({4, 2}, 7.0)));
}

TEST_CASE_FIXTURE(fixture, "a scope in which a recorder saw nothing says what did not happen") {
    Latest<Q<2>> latest;
    hooks.add(sites[1], latest);
    CHECK(says(message_of<HookError>([&] { const auto scope = hooks.activate(); }), "h.1 (a recorder of Q<2>)"));
}

TEST_CASE_FIXTURE(fixture, "a recorder may be destroyed before its hooks, and hooks before their recorder") {
    auto recorder = std::make_unique<Latest<Q<2>>>();
    HookKey key = hooks.add(sites, *recorder);
    pass(1);
    const View<Q<2>> view = (*recorder)[1];
    recorder.reset();
    pass(2);
    CHECK(view.unsafe_tensor().equal(at::full({4, 2}, 1.0)));

    Latest<Q<2>> latest;
    key.remove();
    key = hooks.add(sites, latest);
    hooks.add(sites, [](const View<Small>&) {});
    pass(3);
    key.remove();
    pass(4);
    CHECK(latest[1].unsafe_tensor().equal(at::full({4, 2}, 3.0)));
}

TEST_CASE_FIXTURE(fixture, "a moved recorder keeps recording, and the one that was moved from says so") {
    History<Q<2>> first;
    hooks.add(sites, first);
    pass(1);
    const History<Q<2>> second = std::move(first);
    pass(2);
    CHECK(second.size() == 6);
    CHECK(says(message_of<OwnershipError>([&] { (void)first.size(); }), "moved from"));
}

TEST_CASE_FIXTURE(fixture, "a recorder is a random access range of its entries") {
    History<Q<2>> history;
    hooks.add(sites, history);
    pass(1), pass(2);
    const auto begin = history.begin(), end = history.end();
    CHECK(end - begin == 6);
    CHECK(begin[4].layer() == 1);
    CHECK((*(end - 1)).name() == "h.2");
    CHECK((*std::prev(end, 3)).pass() == 1);
    CHECK((*(2 + begin)).layer() == 2);
    CHECK(begin < end);
    auto it = begin;
    CHECK((*it++).layer() == 0);
    CHECK((*it--).layer() == 1);
    CHECK(it == begin);

    std::vector<std::string> names;
    for (const auto& entry : history) names.push_back(entry.name() + "/" + std::to_string(entry.pass()));
    CHECK(names == std::vector<std::string>{"h.0/0", "h.1/0", "h.2/0", "h.0/1", "h.1/1", "h.2/1"});

    history.clear();
    CHECK(says(message_of<PositionError>([&] { (void)*begin; }), "entry 0", "holds 0", "clear()"));
}

TEST_CASE("a recorder of AnyLayout keeps activations of any kind, whole or at some tokens, and nothing wider") {
    HookPoint<AnyLayout> pattern("pattern");
    HookPoint<Small> packed("packed");
    HookSet hooks;
    Latest<AnyLayout> all;
    History<AnyLayout> last_query(RecordOptions{.tokens = token(-1), .dtype = at::kDouble});
    hooks.add(std::vector{site_ref(pattern)}, all);
    hooks.add(pattern, last_query);
    Latest<AnyLayout> with_layout;
    hooks.add(packed, with_layout);

    const at::Tensor seen = at::rand({2, 3, 5, 5}), x = at::rand({4, 6});
    const auto scope = hooks.activate();
    for (int pass = 0; pass < 2; ++pass) (void)pattern(seen), (void)packed(x);
    CHECK(all[0].equal(seen));
    CHECK(all["pattern"].equal(seen));
    CHECK_FALSE(all[0].is_alias_of(seen));
    CHECK(with_layout[0].equal(x));
    CHECK(last_query.bytes_held() == 2 * 2 * 3 * 5 * sizeof(double));
    const at::Tensor stacked = last_query.stack(0);
    CHECK(stacked.equal(seen.select(-2, -1).to(at::kDouble).expand({2, 2, 3, 5})));
}

TEST_CASE("a recorder of AnyLayout refuses tensors that have no axis or are not dense") {
    HookPoint<AnyLayout> point("loss");
    HookSet hooks;
    Latest<AnyLayout> latest;
    hooks.add(point, latest).may_be_idle();
    const auto refusal = [&]<class Kind>(Kind*, const at::Tensor& t) {
        return message_of<Kind>([&] {
            const auto scope = hooks.activate();
            (void)point(t);
        });
    };
    CHECK(says(refusal((ShapeError*)nullptr, at::zeros({})), "loss", "a recorder needs [..., channels]", "no axes"));
    CHECK(says(refusal((TypeError*)nullptr, at::Tensor()), "loss", "undefined"));
    CHECK(says(refusal((TypeError*)nullptr, at::eye(2).to_sparse()), "loss", "to_dense()"));
    CHECK(latest.empty());
}

TEST_CASE_FIXTURE(fixture,
                  "an entry that was written through its tensor is an error when it is looked at, in every recorder") {
    Latest<Small> latest;
    History<AnyLayout> history;
    hooks.add(sites, latest);
    hooks.add(sites, history);
    pass(1);
    latest[1].unsafe_tensor().add_(1);
    CHECK(says(message_of<OwnershipError>([&] { (void)latest[1]; }), "pass 0 of h.1 was written", "clone()"));
    CHECK(latest[0].unsafe_tensor().equal(at::full({4, 6}, 1.0)));
    (*history.begin()).view().zero_();
    CHECK(says(message_of<OwnershipError>([&] { (void)history.stack(0); }), "pass 0 of h.0 was written"));
    pass(2);
    CHECK(latest[1].unsafe_tensor().equal(at::full({4, 6}, 2.0)));
}

TEST_CASE("activations recorded at some tokens are injected there, and refused anywhere else") {
    const HookPoint<Small> point("h.0");
    HookSet hooks;
    Latest<Q<2>> last(RecordOptions{.tokens = token(-1)}), two(RecordOptions{.tokens = tokens(1, 3)});
    Latest<Small> first_row(RecordOptions{.batches = batch(0)});
    hooks.add(point, last);
    hooks.add(point, two);
    hooks.add(point, first_row);
    const at::Tensor clean = at::rand({3, 3, 6}), x = at::zeros({3, 3, 6});  // as many rows as tokens
    {
        const auto scope = hooks.activate();
        (void)point(clean);
    }
    const auto query = [&x](const auto& recipe) {
        const at::Tensor edited = borrow<Small>(x) | recipe;
        return edited.narrow(-1, 0, 2);
    };
    const at::Tensor queries = clean.narrow(-1, 0, 2);
    CHECK(query(on<Q>(token(-1)).set(last[0])).select(1, -1).equal(queries.select(1, -1)));
    CHECK(query(on<Q>(token(2)).set(last[0])).select(1, -1).equal(queries.select(1, -1)));
    CHECK(query(on<Q>(tokens(1, 3)).set(two[0])).narrow(1, 1, 2).equal(queries.narrow(1, 1, 2)));
    CHECK(query(on<Q>(tokens(-2, to_end)).set(two[0])).narrow(1, 1, 2).equal(queries.narrow(1, 1, 2)));
    CHECK(query(on<Q>(batch(0)).set(first_row[0][on<Q>()]))[0].equal(queries[0]));

    const auto refusal = [&query](const auto& recipe) {
        return message_of<PositionError>([&] { (void)query(recipe); });
    };
    CHECK(refusal(on<Q>().set(last[0])) ==
          "Q = view (float32 [3, 2]): the injected View holds token -1 but the edit is at all positions: record and "
          "edit the same, or "
          "inject its values as a tensor, at::Tensor(view.clone())");
    CHECK(says(refusal(on<Q>(token(1)).set(last[0])), "holds token -1 but the edit is at token 1"));
    CHECK(says(refusal(on<Q>(token(1)).set(two[0])), "holds tokens 1:3 but the edit is at token 1"));
    CHECK(says(refusal(on<Q>(tokens(0, 2)).set(two[0])), "holds tokens 1:3 but the edit is at tokens 0:2"));
    CHECK(says(refusal(on<Q>(batch(1)).set(first_row[0][on<Q>()])), "holds batch 0 but the edit is at batch 1"));
    Board<Small> board;
    hooks.add(point, board);
    board[0] = first_row[0];
    CHECK(says(message_of<PositionError>([&] {
                   const auto scope = hooks.activate();
                   (void)point(x);
               }),
               "h.0: board layer 0", "holds batch 0 but the edit is at all positions"));
}

TEST_CASE("activations recorded at some tokens are injected elsewhere if their place is named, or as a tensor") {
    const HookPoint<Small> point("h.0");
    HookSet hooks;
    Latest<Q<2>> last(RecordOptions{.tokens = token(-1)}), two(RecordOptions{.tokens = tokens(1, 3)});
    Latest<Small> first_row(RecordOptions{.batches = batch(0)});
    hooks.add(point, last);
    hooks.add(point, two);
    hooks.add(point, first_row);
    const at::Tensor clean = at::rand({3, 3, 6}), x = at::zeros({3, 3, 6});  // as many rows as tokens
    {
        const auto scope = hooks.activate();
        (void)point(clean);
    }
    const auto query = [&x](const auto& recipe) {
        const at::Tensor edited = borrow<Small>(x) | recipe;
        return edited.narrow(-1, 0, 2);
    };
    const at::Tensor queries = clean.narrow(-1, 0, 2);
    CHECK(query(on<Q>(token(1)).set(last[0][on<Q>()])).select(1, 1).equal(queries.select(1, -1)));
    CHECK(query(on<Q>(tokens(0, 2)).set(two[0][on<Q>()])).narrow(1, 0, 2).equal(queries.narrow(1, 1, 2)));
    CHECK(query(on<Q>(token(0)).set(two[0][on<Q>(token(-1))])).select(1, 0).equal(queries.select(1, 2)));
    const at::Tensor row = first_row[0][on<Q>()].clone();
    CHECK(query(on<Q>(batch(1)).set(row))[1].equal(queries[0]));
    CHECK(query(on<Q>(batch(2)).set(first_row[0][on<Small>()][on<Q>()]))[2].equal(queries[0]));

    // Rows are not taken for tokens, although there are as many.
    CHECK(says(message_of<ShapeError>([&] { (void)query(on<Q>().set(last[0][on<Q>()])); }),
               "has shape [3, 2] where the edited place has [3, 3, 2]", "view[on<C>(...)]"));
    Board<Small> board;
    hooks.add(point, board);
    board[0][on<Q>(token(0))] = last[0][on<Q>()];
    const auto scope = hooks.activate();
    CHECK(point(x).select(1, 0).narrow(-1, 0, 2).equal(queries.select(1, -1)));
}

TEST_CASE("a View with other axes than the activation is not broadcast over it") {
    const at::Tensor x = at::zeros({3, 3, 6}), row = at::rand({3, 6});
    const auto refused =
        message_of<ShapeError>([&] { (void)(borrow<Small>(x) | on<Q>(token(0)).set(borrow<Small>(row)[on<Q>()])); });
    CHECK(says(refused, "[3, 2], with 1 axes before the channels where the activation has 2", "view[on<C>(...)]"));
}

TEST_CASE_FIXTURE(fixture, "an entry's name outlives the entry") {
    Latest<Q<2>> latest;
    hooks.add(sites, latest);
    pass(1);
    const auto names = latest | ranges::views::transform(&RecordEntry<Q<2>>::name) | ranges::to<std::vector>();
    CHECK(names == std::vector<std::string>{"h.0", "h.1", "h.2"});
}

TEST_CASE_FIXTURE(fixture,
                  "a recorder records the gradients at its sites, for attribution by activation times gradient") {
    Latest<Small> activations, gradients;
    History<Q<2>> of_queries;
    hooks.add(sites, activations);
    CHECK(hooks.add_backward(sites, gradients).size() == 3);
    hooks.add_backward(sites[1], of_queries);
    const at::Tensor leaf = at::arange(24, at::kFloat).reshape({4, 6}).requires_grad_(), weight = at::rand({4, 6});
    for (int pass = 1; pass < 3; ++pass) {
        const auto scope = hooks.activate();
        at::Tensor x = leaf * 1;
        for (const auto& site : sites) x = site(x * 2);
        (x * weight).sum().backward();
    }
    CHECK(gradients.size() == 3);
    CHECK(gradients["h.2"].unsafe_tensor().equal(weight));
    CHECK(gradients[0].unsafe_tensor().equal(weight * 4));
    CHECK_FALSE(gradients[0].requires_grad());
    const at::Tensor attribution = activations[0] * gradients[0];
    CHECK(attribution.allclose(leaf.detach() * 2 * weight * 4));
    CHECK(of_queries.size() == 2);
    CHECK(of_queries.stack("h.1").unsafe_tensor().equal((weight * 2).narrow(-1, 0, 2).expand({2, 4, 2})));
}

TEST_CASE_FIXTURE(fixture, "gradients are recorded before or after they are edited, whichever hook was added first") {
    Latest<Small> after, before(RecordOptions{.tokens = token(0), .when = RecordPhase::before_edits});
    hooks.add_backward(sites[0], after);
    hooks.add_backward(sites[0], on<K>().zero());
    hooks.add_backward(sites[0], before);
    const at::Tensor leaf = at::ones({4, 6}).requires_grad_();
    const auto scope = hooks.activate();
    sites[0](leaf * 1).sum().backward();
    CHECK(before[0].unsafe_tensor().equal(at::ones({6})));
    CHECK(after[0].unsafe_tensor()[0].equal(at::tensor({1.f, 1.f, 0.f, 0.f, 1.f, 1.f})));
    CHECK(leaf.grad()[3].equal(at::tensor({1.f, 1.f, 0.f, 0.f, 1.f, 1.f})));
}

TEST_CASE_FIXTURE(fixture, "a recorded gradient is not written by the backward pass that goes on, and outlives it") {
    Latest<Small> gradients;
    hooks.add_backward(sites[0], gradients);
    const at::Tensor leaf = at::ones({4, 6}).requires_grad_();
    {
        const auto scope = hooks.activate();
        sites[0](leaf * 3).sum().backward();
        sites[0](leaf * 3).sum().backward();
    }
    leaf.mutable_grad().zero_();
    CHECK(gradients[0].unsafe_tensor().equal(at::ones({4, 6})));
}

TEST_CASE_FIXTURE(fixture,
                  "a gradient that never comes is reported, and a recorder has activations or gradients, not both") {
    Latest<Q<2>> gradients, activations;
    hooks.add_backward(sites[1], gradients);
    hooks.add(sites, activations);
    auto scope = hooks.activate();
    at::Tensor x = at::ones({4, 6}).requires_grad_() * 1;
    for (const auto& site : sites) x = site(x);
    CHECK(says(message_of<HookError>([&] { scope.end(); }), "never fired: h.1 (gradient: a recorder of Q<2>)"));
    CHECK(says(message_of<HookError>([&] { (void)gradients[0]; }), "layer 0 (h.1) has recorded nothing yet"));
    CHECK(
        message_of<HookError>([&] { hooks.add(sites[1], gradients); }) ==
        "this recorder is attached to gradients and cannot record the activation at h.1 as well: use another recorder "
        "for it");
    CHECK(says(message_of<HookError>([&] { hooks.add_backward(sites, activations); }),
               "attached to activations and cannot record the gradient at h.0"));
}

TEST_CASE_FIXTURE(fixture, "a recorder at a site where the set has it already is refused: a pass would count twice") {
    History<Small> history;
    hooks.add(sites[0], history);
    CHECK(message_of<HookError>([&] { hooks.add(sites[0], history); }) ==
          "h.0 has this board or recorder already, which would run twice there (a recorder of " +
              layout_text(facts_of<Small>) + "): add it once, or remove the other key first");
    HookSet other;
    CHECK_NOTHROW(other.add(sites[0], history));
    const auto scope = hooks.activate();
    (void)sites[0](at::ones({4, 6}));
    CHECK(history.size() == 1);
}

TEST_CASE("a recorder is printed as the number and the size of its entries") {
    std::ostringstream text;
    text << Latest<Q<2>>() << "; " << History<AnyLayout>();
    CHECK(text.str() == "a recorder of Q<2>: 0 entries, 0 bytes; a recorder of any activation: 0 entries, 0 bytes");
    const HookPoint<Q<2>> point{"q"};
    Latest<Q<2>> latest;
    HookSet hooks;
    hooks.add(point, latest);
    const auto scope = hooks.activate();
    (void)point(at::zeros({3, 2}));
    text.str("");
    text << latest;
    CHECK(text.str() == "a recorder of Q<2>: 1 entry, 24 bytes");
}
