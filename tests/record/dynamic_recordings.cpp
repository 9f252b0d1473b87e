// Recorders at sites whose sizes only run time knows: entries keep the numbers that they were recorded with, also in files.
#include "suture/record/spill.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/sites.hpp"
#include "suture/record/run_with_cache.hpp"

#include "file/files.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <sstream>
#include <string>
#include <vector>

using namespace suture;
using files::Folder;
using files::same_bits;
using suture_test::message_of;
using suture_test::says;

namespace {
using Static = Gpt2Qkv<12, 3>;
using Dynamic = Gpt2Qkv<dynamic, dynamic>;
using AnyQ = Q<dynamic, dynamic>;
using NeoX = NeoXQkv<dynamic, dynamic>;

const Extents<Dynamic> narrow({{12, 3}, {12, 3}, {12, 3}}), wide({{24, 4}, {24, 4}, {24, 4}});
const at::Tensor x = at::randn({2, 36}), y = at::randn({2, 72});

struct fixture {
    std::vector<HookPoint<Dynamic>> sites{HookPoint<Dynamic>("h.0", narrow), HookPoint<Dynamic>("h.1", wide)};
    HookSet hooks;
    Folder folder;
    void pass() const {
        const auto scope = hooks.activate();
        (void)sites[0](x), (void)sites[1](y);
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "entries keep the numbers of their sites") {
    Latest<Dynamic> latest;
    History<AnyQ> queries(on<Q>(token(-1)));
    hooks.add(sites, latest);
    hooks.add(sites, queries);
    pass(), pass();
    CHECK(latest[0].extents() == narrow);
    CHECK(latest[1].extents() == wide);
    CHECK(latest["h.1"][on<Q>(head(3))].clone().equal(y.narrow(-1, 18, 6)));
    CHECK(queries.of(1).front().view().extents() == Extents<Q<24, 4>>());
    CHECK(queries.stack(0).extents() == Extents<Q<12, 3>>());
    const Owned<AnyQ> stacked = queries.stack(1);
    CHECK(stacked[on<Q>(heads())].sizes() == at::IntArrayRef({2, 4, 6}));
    // What was recorded is injected like any View.
    const Owned<Dynamic> patched = borrow<Dynamic>(x.mul(0), narrow) | on<K>().set(latest[0][on<K>()]);
    CHECK(patched[on<K>()].equal(latest[0][on<K>()]));
    CHECK_THROWS_AS((borrow<Dynamic>(x, narrow) | on<K>().set(latest[1][on<K>()])).take(), TypeError);
    std::ostringstream text;
    text << latest;
    CHECK(says(text.str(), "a recorder of Fused<dynamic, Q<dynamic, dynamic>"));
}

TEST_CASE_FIXTURE(fixture, "a recorder whose type says the numbers is checked once against the site") {
    Latest<Q<12, 3>> queries;
    hooks.add(sites[0], queries);
    pass();
    CHECK(queries[0].clone().take().equal(x.narrow(-1, 0, 12)));
    Latest<Q<24, 3>> other;
    CHECK(
        message_of<TypeError>([&] { hooks.add(sites[1], other); }) ==
        "h.1: these are the numbers of Q<24, 4>, not of Q<24, 3>: give those of the same components in the same order");
    const HookPoint<Static> fixed("h.2");
    Latest<AnyQ> any;
    hooks.add(fixed, any);
    const auto scope = hooks.activate();
    (void)fixed(x), (void)sites[0](x);
    CHECK(any[0].extents() == Extents<Q<12, 3>>());
}

TEST_CASE("components that lie in groups keep their groups") {
    const HookPoint<NeoX> point("h.0", Extents<NeoX>({{4}, {4}, {4}}, 3));
    Latest<part<NeoX, V>> values;
    Latest<Grouped<3, V<4>>> fixed;
    HookSet hooks;
    hooks.add(point, values);
    hooks.add(point, fixed);
    const auto scope = hooks.activate();
    (void)point(x);
    CHECK(values[0].extents() == Extents<Grouped<3, V<4>>>());
    CHECK(values[0].equal(fixed[0]));
    CHECK(values[0][on<V>(head(2))].clone().equal(x.narrow(-1, 32, 4)));
}

TEST_CASE("a site whose activations tell their width is recorded with the width of each") {
    const HookPoint<Resid<dynamic>> stream("resid");
    History<Resid<dynamic>> history;
    HookSet hooks;
    hooks.add(stream, history);
    const auto scope = hooks.activate();
    (void)stream(x), (void)stream(y);
    CHECK(history.begin()[0].view().size(-1) == 36);
    CHECK(history.begin()[1].view().extents().width() == 72);
    CHECK_THROWS_AS((void)history.stack(0), Error);
}

TEST_CASE_FIXTURE(fixture, "a cache holds the numbers of its sites") {
    const auto model = [this](const at::Tensor& t) { return sites[0](t).sum(); };
    const auto [sum, cache] = run_with_cache(model, sites[0], x);
    CHECK(cache["h.0"].extents() == narrow);
    const auto [again, queries] = run_with_cache<AnyQ>(model, sites[0], x);
    CHECK(queries[0].clone().take().equal(x.narrow(-1, 0, 12)));
}

TEST_CASE_FIXTURE(fixture, "a file keeps the numbers, and gives them to layouts of both kinds") {
    History<AnyQ> history;
    hooks.add(sites[0], history);
    pass();
    spill(history, folder / "queries");
    CHECK(history.begin()[0].view().extents() == Extents<Q<12, 3>>());
    const History<AnyQ> read = read_history<AnyQ>(folder / "queries");
    CHECK(read.begin()[0].view().extents() == Extents<Q<12, 3>>());
    CHECK(same_bits(read.begin()[0].view().unsafe_tensor(), x.narrow(-1, 0, 12)));
    CHECK(read_history<Q<12, 3>>(folder / "queries").size() == 1);
    CHECK(message_of<TypeError>([&] { (void)read_history<Q<24, 4>>(folder / "queries"); }) ==
          (folder / "queries").string() +
              ": the file holds a history of Q<12, 3>, not of Q<24, 4>: read it as what it holds");
    CHECK(says(message_of<TypeError>([&] { (void)read_history<K<dynamic, dynamic>>(folder / "queries"); }),
               "holds a history of Q<12, 3>, not of K<dynamic, dynamic>"));
    CHECK(
        says(message_of<TypeError>([&] { (void)read_history<Q<dynamic>>(folder / "queries"); }), "not of Q<dynamic>"));
}

TEST_CASE_FIXTURE(fixture, "whole layouts, in groups too, are read with the numbers in their file") {
    const HookPoint<NeoX> point("h.0", Extents<NeoX>({{4}, {4}, {4}}, 3));
    History<NeoX> history;
    History<Dynamic> plain;
    History<part<NeoX, Q>> queries;
    hooks.add(point, history), hooks.add(sites[0], plain), hooks.add(point, queries);
    {
        const auto scope = hooks.activate();
        (void)point(x), (void)sites[0](x);
    }
    spill(history, folder / "neox"), spill(plain, folder / "plain"), spill(queries, folder / "queries");
    CHECK(read_history<NeoX>(folder / "neox").begin()[0].view().extents().groups() == 3);
    CHECK(read_history<NeoXQkv<3, 4>>(folder / "neox").size() == 1);
    CHECK(read_history<Dynamic>(folder / "plain").begin()[0].view().extents() == narrow);
    CHECK(read_history<part<NeoX, Q>>(folder / "queries").begin()[0].view().extents() == Extents<Grouped<3, Q<4>>>());
    CHECK_THROWS_AS((void)read_history<Dynamic>(folder / "neox"), TypeError);
}

TEST_CASE_FIXTURE(fixture, "sites of several sizes are not spilled into one file") {
    History<AnyQ> history;
    hooks.add(sites, history);
    pass();
    CHECK(message_of<ValueError>([&] { spill(history, folder / "queries"); }) ==
          (folder / "queries").string() +
              ": the entries hold Q<12, 3> and Q<24, 4>: record sites of one size in each history");
    CHECK(history.size() == 2);
}
