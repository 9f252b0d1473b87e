// When a hook throws, wherever in a run: the scopes end, every recorder has what it had or the complete new value, the
// sets run again, and the model without them is what it was.
#include "failing_allocator.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/history.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

using namespace suture;
using suture_test::run_out_of_memory;

/// The ways in which a callback may fail.
enum class Failure { standard, of_suture, anything };

/// Counts the calls of all hooks, and fails in one of them.
struct Calls {
    int made = 0, failing = 0;  ///< counted from 1; 0 for none
    Failure how = Failure::standard;

    void count() {
        if (++made != failing) return;
        if (how == Failure::standard) throw std::runtime_error("mine");
        if (how == Failure::of_suture) throw ValueError("mine");
        throw 42;
    }
};

/// What a recorder holds of one layer, in storage of its own.
struct Kept {
    std::size_t layer, pass;
    at::Tensor values;
};
template <class Recorder>
std::vector<Kept> kept_in(const Recorder& recorder) {
    std::vector<Kept> all;
    for (const auto& entry : recorder) all.push_back({entry.layer(), entry.pass(), entry.view().clone()});
    return all;
}
const Kept& of_layer(const std::vector<Kept>& all, std::size_t layer) {
    for (const Kept& each : all)
        if (each.layer == layer) return each;
    throw std::logic_error("nothing is recorded of this layer");
}

/// A model of several sites, and two sets with every kind of hook, several per site.
template <Layout X>
struct Experiment {
    std::vector<HookPoint<X>> sites;
    HookPoint<AnyLayout> loose{"loose"};
    Latest<X> before{RecordOptions{.when = RecordPhase::before_edits}}, after;
    History<X> all, gradients;
    Latest<AnyLayout> of_loose;
    Board<X> board;
    std::shared_ptr<Calls> calls = std::make_shared<Calls>();
    HookSet outer, inner;

    Experiment() {
        for (const char* name : {"h.0", "h.1", "h.2"}) sites.emplace_back(name);
        outer.add(sites, [c = calls](const View<X>&) { c->count(); });
        outer.add(sites, on<X>().multiply(0.5));
        inner.add(sites, before);
        inner.add(sites, [c = calls](const View<X>& view) {
            Owned<X> edited = view | on<X>().add(1);
            c->count();
            return edited;
        });
        inner.add(sites, board);
        for (std::size_t i = 0; i < sites.size(); ++i) board[i] = on<X>().clamp(-2, 2) | on<X>(token(0)).set(0.25);
        inner.add(sites, after);
        inner.add(sites, all);
        inner.add(loose, [c = calls](const at::Tensor&) { c->count(); });
        inner.add(loose, of_loose);
        inner.add_backward(sites, [c = calls](const View<X>&) { c->count(); });
        inner.add_backward(sites, on<X>().multiply(2));
        inner.add_backward(sites, gradients);
    }
    at::Tensor forward(at::Tensor x) const {
        for (std::size_t i = 0; i < sites.size(); ++i) x = sites[i](x * 1.5 + static_cast<double>(i));
        return loose(x);
    }
    /// Both passes, in both scopes. @return the gradient of the input
    at::Tensor run(const at::Tensor& x) const {
        const at::Tensor leaf = x.clone().requires_grad_();
        const auto outside = outer.activate(), inside = inner.activate();
        forward(leaf).pow(2).sum().backward();
        return leaf.grad();
    }
};

/// Each entry is one from before the failure, or equals the complete new one.
template <class Recorder>
void check_old_or_new(const Recorder& recorder, const std::vector<Kept>& old, const Recorder& complete) {
    const std::vector<Kept> now = kept_in(recorder), fresh = kept_in(complete);
    REQUIRE(now.size() >= old.size());
    for (std::size_t i = 0; i < now.size(); ++i) {
        const bool is_new = now[i].values.equal(of_layer(fresh, now[i].layer).values);
        if (i < old.size())
            CHECK((is_new || (now[i].values.equal(old[i].values) && now[i].pass == old[i].pass)));
        else
            CHECK(is_new);
    }
}
/// What was recorded first stays.
void check_begins_with(const std::vector<Kept>& now, const std::vector<Kept>& old) {
    for (std::size_t i = 0; i < old.size(); ++i)
        CHECK((now[i].values.equal(old[i].values) && now[i].pass == old[i].pass && now[i].layer == old[i].layer));
}

template <Layout X>
struct Inputs {
    at::Tensor first = at::arange(24, at::kFloat).view({2, 2, 6}) / 24, second = first.flip(0) - 0.5;
};

/// Runs the experiment once, then again so that `fail(experiment)` fails, and once more. Checks what there is after each.
/// @return what `fail` returned: whether the run failed
template <Layout X, class Fail>
bool check_failure(const Fail& fail) {
    const Inputs<X> in;
    const Experiment<X> complete;
    const at::Tensor gradient = complete.run(in.second);
    const int every_call = complete.calls->made;
    const at::Tensor plain = complete.forward(in.first);

    Experiment<X> e;
    e.run(in.first);
    const auto before = kept_in(e.before), after = kept_in(e.after), all = kept_in(e.all), loose = kept_in(e.of_loose),
               gradients = kept_in(e.gradients);
    const at::Tensor given = in.second.clone();
    e.calls->made = 0;
    const bool failed = fail(e, in.second);

    CHECK(suture::detail::innermost_scope == nullptr);
    CHECK(in.second.equal(given));
    CHECK(in.second._version() == 0);
    check_old_or_new(e.before, before, complete.before);
    check_old_or_new(e.after, after, complete.after);
    check_old_or_new(e.all, all, complete.all);
    check_old_or_new(e.of_loose, loose, complete.of_loose);
    check_old_or_new(e.gradients, gradients, complete.gradients);
    check_begins_with(kept_in(e.all), all);
    check_begins_with(kept_in(e.gradients), gradients);

    // Nothing stays attached, and the sets run again.
    e.calls->made = e.calls->failing = 0;
    CHECK(e.forward(in.first).equal(plain));
    CHECK(e.calls->made == 0);
    CHECK(e.run(in.second).equal(gradient));
    CHECK(e.calls->made == every_call);
    for (std::size_t layer = 0; layer < 3; ++layer) {
        CHECK(e.before[layer].clone().take().equal(complete.before[layer].clone().take()));
        CHECK(e.after[layer].clone().take().equal(complete.after[layer].clone().take()));
    }
    return failed;
}

/// Whether the run throws, in the way that the hook does.
template <class Run>
bool fails(const Run& run, Failure how) {
    try {
        run();
    } catch (const HookError& error) {
        CHECK(how == Failure::standard);
        CHECK(std::string(error.what()).find("the hook threw: mine") != std::string::npos);
        CHECK_THROWS_WITH_AS(std::rethrow_if_nested(error), "mine", std::runtime_error);
        return true;
    } catch (const ValueError& error) {
        CHECK(how == Failure::of_suture);
        CHECK(std::string(error.what()).find(": mine") != std::string::npos);
        return true;
    } catch (int thrown) {
        CHECK(how == Failure::anything);
        CHECK(thrown == 42);
        return true;
    }
    return false;
}

using InTokens = Ordered<Resid<6>, Axis::token, Axis::batch>;

/// For every call of a hook: it is the one that fails.
template <Layout X, class Fail>
void check_every_call(Failure how, const Fail& fail) {
    int n = 1;
    while (check_failure<X>([&](Experiment<X>& e, const at::Tensor& x) {
        e.calls->failing = n, e.calls->how = how;
        return fail(e, x);
    }))
        ++n;
    CHECK(n == 11);  // two callbacks at each site, one at the last, and one for each gradient
}

}  // namespace

TEST_CASE_TEMPLATE("a hook that throws, in whichever call, ends the run and breaks nothing", X, Gpt2Qkv<2, 1>,
                   NeoXQkv<2, 1>, InTokens) {
    for (const Failure how : {Failure::standard, Failure::of_suture, Failure::anything}) {
        CAPTURE(static_cast<int>(how));
        check_every_call<X>(
            how, [how](Experiment<X>& e, const at::Tensor& x) { return fails([&] { (void)e.run(x); }, how); });
    }
}

TEST_CASE("a hook that throws in another thread ends the run there, and the scope of this thread counts on") {
    using X = Resid<6>;
    check_every_call<X>(Failure::standard, [](Experiment<X>& e, const at::Tensor& x) {
        bool failed = false;
        const auto outside = e.outer.activate();
        const std::unique_ptr<Scope> inside(new Scope(e.inner.activate()));
        std::thread([&, carried = CarriedScopes()] {
            failed = fails(
                [&] {
                    const auto scopes = carried.activate();
                    const at::Tensor leaf = x.clone().requires_grad_();
                    e.forward(leaf).pow(2).sum().backward();
                },
                Failure::standard);
            CHECK(suture::detail::innermost_scope == nullptr);
        }).join();
        CHECK(suture::detail::innermost_scope != nullptr);
        // What failed there is run again here, in the same scopes.
        if (failed) {
            e.calls->failing = 0;
            const at::Tensor leaf = x.clone().requires_grad_();
            e.forward(leaf).pow(2).sum().backward();
        }
        inside->end();
        return failed;
    });
}

TEST_CASE("a hook that runs the model with hooks of its own, one of which throws, ends all scopes") {
    using X = Resid<6>;
    const HookPoint<X> site{"h.0"}, within{"within"};
    const at::Tensor x = at::arange(12, at::kFloat).view({2, 6});
    bool fails_within = true;
    HookSet hooks, nested;
    Latest<X> latest;
    nested.add(within, [&](const View<X>&) {
        if (fails_within) throw std::runtime_error("mine");
    });
    hooks.add(site, latest);
    hooks.add(site, [&](const View<X>& view) {
        const auto scope = nested.activate();
        (void)within(view.clone().take());
    });
    const auto run = [&] {
        const auto scope = hooks.activate();
        return site(x);
    };
    CHECK_THROWS_WITH_AS(run(), "h.0: within: the hook threw: mine", HookError);
    CHECK(suture::detail::innermost_scope == nullptr);
    CHECK(latest.empty());
    fails_within = false;
    CHECK(run().equal(x));
    CHECK(latest[0].clone().take().equal(x));
    CHECK(nested.fired() == 1);
}

TEST_CASE("a set and its recorders are gone when they are destroyed after a run that threw") {
    std::weak_ptr<Calls> left;
    {
        Experiment<Resid<6>> e;
        left = e.calls;
        e.calls->failing = 9;  // in the backward pass
        CHECK(fails([&] { (void)e.run(Inputs<Resid<6>>{}.first); }, Failure::standard));
    }
    CHECK(left.expired());
}

TEST_CASE_TEMPLATE("a run without enough memory leaves recorders with old or with complete new values", X,
                   Gpt2Qkv<2, 1>, NeoXQkv<2, 1>, InTokens) {
    const Inputs<X> in;
    const Experiment<X> complete;
    const at::Tensor gradient = complete.run(in.second);
    Experiment<X> e;
    e.run(in.first);
    const auto before = kept_in(e.before), after = kept_in(e.after), all = kept_in(e.all),
               gradients = kept_in(e.gradients);
    at::Tensor found;
    (void)run_out_of_memory([&] { found = e.run(in.second); },
                            [&](long) {
                                REQUIRE(suture::detail::innermost_scope == nullptr);
                                check_old_or_new(e.before, before, complete.before);
                                check_old_or_new(e.after, after, complete.after);
                                check_old_or_new(e.all, all, complete.all);
                                check_old_or_new(e.gradients, gradients, complete.gradients);
                                check_begins_with(kept_in(e.all), all);
                            });
    CHECK(found.equal(gradient));
    CHECK(e.after[2].clone().take().equal(complete.after[2].clone().take()));
}

TEST_CASE("a recorder that is spilled, stacked or read without enough memory keeps its entries") {
    using X = Gpt2Qkv<2, 1>;
    Experiment<X> e;
    e.run(Inputs<X>{}.first);
    e.run(Inputs<X>{}.second);
    const auto all = kept_in(e.all);
    const auto still = [&](long) {
        REQUIRE(e.all.size() == all.size());
        check_begins_with(kept_in(e.all), all);
    };
    at::Tensor stacked;
    (void)run_out_of_memory([&] { stacked = e.all.stack(1).take(); }, still);
    CHECK(stacked.size(0) == 2);
    (void)run_out_of_memory([&] { (void)e.all.of(2).front().view().clone(); }, still);
    (void)run_out_of_memory([&] { (void)kept_in(e.all); }, still);
}

TEST_CASE("a board that is changed without enough memory has its old replacement or the new one") {
    using X = Gpt2Qkv<4, 1>;
    const HookPoint<X> site{"h.0"};
    const at::Tensor x = at::randn({2, 3, 12}), row = at::randn({12}), vector = at::randn({4});
    Board<X> board;
    HookSet hooks;
    hooks.add(site, board);
    const auto passed = [&] {
        const auto scope = hooks.activate();
        return site(x);
    };
    const at::Tensor other = at::randn({2, 3, 12});
    const auto check = [&](const auto& change) {
        board[0] = 1.0;
        const at::Tensor before = passed();
        (void)run_out_of_memory([&] { change(); }, [&](long) { REQUIRE(passed().equal(before)); });
        CHECK_FALSE(passed().equal(before));
    };
    check([&] { board[0] = row; });
    check([&] { board[0] = borrow<X>(other); });
    check([&] { board.layer(0)[on<Q>(token(1))] = vector; });
    check([&] { board["h.0"] = on<K>().zero() | on<V>(dims({0, 2})).add(vector.slice(0, 0, 2)); });
    check([&] { board[0] = borrow<X>(other).clone(); });
}
