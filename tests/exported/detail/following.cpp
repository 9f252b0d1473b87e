// What of a plan runs again. Law: with the record it gives what the whole plan gives under the same hooks.
#include "suture/exported/detail/following.hpp"

#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"

#include <ATen/ATen.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace suture;
using namespace suture::detail;
using namespace suture_test;

namespace {
/// A stream with two blocks, s + relu(s) and s + exp(s), and what the first alone makes of its input besides.
GraphText stream() {
    GraphText text;
    text.input("x", {3}).node("a", "relu.default", {{"self", tensor("x")}}, {3}, "first");
    text.node("s", "add.Tensor", {{"self", tensor("x")}, {"other", tensor("a")}}, {3});
    text.node("b", "exp.default", {{"self", tensor("s")}}, {3}, "second");
    return text.node("t", "add.Tensor", {{"self", tensor("s")}, {"other", tensor("b")}}, {3}).output("t");
}
/// b = relu_(x + 1) writes what `a` names; c reads a after that.
GraphText in_place() {
    GraphText text;
    text.input("x", {3}).node("a", "add.Tensor", {{"self", tensor("x")}, {"other", number(1)}}, {3}, "first");
    text.node("v", "view.default", {{"self", tensor("a")}, {"size", Json{{"as_ints", {3}}}}}, {3}, "viewer");
    text.node("b", "relu_.default", {{"self", tensor("v")}}, {3}, "second");
    text.node("c", "mul.Tensor", {{"self", tensor("a")}, {"other", number(2)}}, {3}, "third");
    return text.node("d", "add.Tensor", {{"self", tensor("c")}, {"other", tensor("x")}}, {3}).output("d");
}
const at::Tensor x = at::tensor({-1.0f, 0.5f, -3.0f});

struct Graph : RunningGraph {
    explicit Graph(const GraphText& text) : RunningGraph(text), plan(model.plan_with_sites()) {}

    std::set<const ExportedPort*> ports(const std::vector<std::string>& paths) {
        std::set<const ExportedPort*> found;
        for (const std::string& path : paths)
            for (const ExportedPort* port : model.ports())
                if (port->site.id() == site(path).id()) found.insert(port);
        return found;
    }
    ExportedFollowing following(const std::vector<std::string>& hooked, const std::vector<std::string>& frozen = {},
                                bool needs_results = true) {
        return FollowingFinder(model.graph(), *plan, model.aliases())
            .find({ports(hooked), ports(frozen), needs_results});
    }
    /// The names of the nodes that run.
    std::set<std::string> nodes(const ExportedFollowing& part) const {
        std::set<std::string> names;
        for (const FollowingStep& step : part.steps)
            if (plan->steps[step.number].node) names.insert(plan->steps[step.number].node->name);
        return names;
    }
    at::Tensor run(const ExportedFollowing& part, const std::vector<std::string>& frozen = {}) {
        ExportedRecord record;
        record.is_kept.resize(plan->slots);
        for (const std::size_t slot : part.taken) record.is_kept[slot] = true;
        for (const ExportedPort* port : ports(frozen)) record.frozen[port] = at::Tensor();
        {
            const Suspension without_hooks;
            ExportedPass whole(*plan);
            whole.give(0, x);
            whole.run(record);
        }
        ExportedPass again(*plan);
        again.give(0, x);
        return again.run(part, record).front().toTensor();
    }
    std::shared_ptr<const ExportedPlan> plan;
};
using Names = std::set<std::string>;
}  // namespace

TEST_CASE("only the nodes that read what a hook leaves run again") {
    Graph graph(stream());
    CHECK(graph.nodes(graph.following({"first"})) == Names{"s", "b", "t"});
    CHECK(graph.nodes(graph.following({"second"})) == Names{"t"});
    CHECK(graph.nodes(graph.following({"second.input"})) == Names{"b", "t"});
    CHECK(graph.nodes(graph.following({"first.input"})) == Names{"a", "s", "b", "t"});
    CHECK(graph.nodes(graph.following({""})).empty());
    CHECK(graph.following({}).steps.empty());
    CHECK(graph.nodes(graph.following({"first", "second"})) == Names{"s", "b", "t"});
}

TEST_CASE("without results, only what leads from one hook to another runs") {
    Graph graph(stream());
    CHECK(graph.nodes(graph.following({"first"}, {}, false)).empty());
    CHECK(graph.nodes(graph.following({"first", "second"}, {}, false)) == Names{"s", "b"});
    CHECK(graph.nodes(graph.following({"first", "second.input"}, {}, false)) == Names{"s"});
}

TEST_CASE("nothing runs for the sake of a frozen site") {
    Graph graph(stream());
    CHECK(graph.nodes(graph.following({"first"}, {"second"})) == Names{"s", "t"});
    CHECK(graph.nodes(graph.following({"second"}, {"first"})) == Names{"t"});
    CHECK(graph.nodes(graph.following({"first.input"}, {"first"})).empty());
}

TEST_CASE("the part of a plan gives what the whole plan gives under the same hook") {
    for (const GraphText& text : {stream(), in_place()}) {
        Graph graph(text);
        for (std::size_t i = 0; i < graph.model.module_sites().size(); ++i) {
            const std::string path = graph.model.path_of(i);
            CAPTURE(path);
            HookSet hooks;
            hooks.add(SiteRef<AnyLayout>(graph.site(path)), [](const at::Tensor& t) { return t * -0.5; });
            const auto scope = hooks.activate();
            const at::Tensor whole = graph.with_sites({x});
            CHECK(graph.run(graph.following({path})).equal(whole));
        }
    }
}

TEST_CASE("storage that a node writes is made anew, since a record holds only what became of it") {
    Graph graph(in_place());
    CHECK(graph.nodes(graph.following({"third"})) == Names{"d"});
    CHECK(graph.nodes(graph.following({"third.input"})) == Names{"a", "v", "b", "c", "d"});
    CHECK(graph.nodes(graph.following({"second"})) == Names{"a", "v", "b", "c", "d"});
}

TEST_CASE("a frozen site passes on the unpatched value, and hooks there still edit it") {
    for (const GraphText& text : {stream(), in_place()})
        for (const bool is_edited : {false, true}) {
            Graph graph(text);
            HookSet hooks;
            hooks.add(SiteRef<AnyLayout>(graph.site("first")), [](const at::Tensor& t) { return t * -0.5; });
            if (is_edited)
                hooks.add(SiteRef<AnyLayout>(graph.site("second")), [](const at::Tensor& t) { return t + 7; });
            const auto scope = hooks.activate();
            at::Tensor frozen;
            {
                const Suspension without_hooks;
                HookSet looking;
                looking.add(SiteRef<AnyLayout>(graph.site("second")), [&](const at::Tensor& t) { frozen = t.clone(); });
                const auto looks = looking.activate();
                graph.with_sites({x});
            }
            HookSet by_hand;
            by_hand.add(SiteRef<AnyLayout>(graph.site("second")),
                        [&](const at::Tensor&) { return is_edited ? frozen + 7 : frozen.clone(); });
            at::Tensor wanted;
            {
                const auto freezes = by_hand.activate();
                wanted = graph.with_sites({x});
            }
            const std::vector<std::string> hooked =
                is_edited ? std::vector<std::string>{"first", "second"} : std::vector<std::string>{"first"};
            CHECK(graph.run(graph.following(hooked, {"second"}), {"second"}).equal(wanted));
        }
}

TEST_CASE("what passes at a frozen input is read inside the module alone") {
    Graph graph(stream());
    HookSet hooks;
    hooks.add(SiteRef<AnyLayout>(graph.site("first")), [](const at::Tensor& t) { return t * -0.5; });
    const auto scope = hooks.activate();
    const at::Tensor clean = x + x.relu(), edited = x + x.relu() * -0.5;
    CHECK(graph.run(graph.following({"first"}, {"second.input"}), {"second.input"}).equal(edited + clean.exp()));
}

TEST_CASE("a result that a frozen site passes on may share storage with the record") {
    Graph graph(stream());
    CHECK(graph.following({""}, {""}).shares.front());
    CHECK(graph.following({"first"}, {""}).shares.front());
    CHECK_FALSE(graph.following({"first"}, {"second"}).shares.front());
}
