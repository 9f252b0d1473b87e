#include "suture/exported/detail/model.hpp"

#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture;
using namespace suture_test;

namespace {
/// softmax(x w) w in a module with two products.
GraphText attention() {
    GraphText text;
    text.input("x", {2, 2}).parameter("w", {2, 2});
    text.node("scores", "matmul.default", {{"self", tensor("x")}, {"other", tensor("x")}}, {2, 2}, "attn");
    text.node("pattern", "softmax.int", {{"self", tensor("scores")}, {"dim", number(-1)}}, {2, 2}, "attn");
    text.node("z", "matmul.default", {{"self", tensor("pattern")}, {"other", tensor("p_w")}}, {2, 2}, "attn");
    return text.output("z");
}
const at::Tensor x = at::tensor({1.0f, 2.0f, -1.0f, 0.5f}).view({2, 2}),
                 w = at::tensor({0.5f, 1.0f, 2.0f, -1.0f}).view({2, 2});

struct fixture {
    RunningGraph graph{attention(), {{"w", w}}};
    HookSet hooks;
    at::Tensor halved(const std::string& path) {
        hooks.add(SiteRef<AnyLayout>(graph.site(path)), [](const at::Tensor& t) { return t * 0.5; });
        const auto scope = hooks.activate();
        return graph.with_sites({x});
    }
};
}  // namespace

TEST_CASE_FIXTURE(fixture, "modules have sites for their output and their inputs, and so has the model") {
    for (const char* path : {"", "input", "attn", "attn.input"}) CHECK(graph.has_site(path));
    CHECK(graph.model.module_sites().size() == 4);
}

TEST_CASE_FIXTURE(fixture, "the output of an operator is a site") {
    CHECK(halved("attn:softmax").equal(x.matmul(x).softmax(-1).mul(0.5).matmul(w)));
}
TEST_CASE_FIXTURE(fixture, "the input of an operator is a site: scores are what the softmax is given") {
    CHECK(halved("attn:softmax.input").equal(x.matmul(x).mul(0.5).softmax(-1).matmul(w)));
}
TEST_CASE_FIXTURE(fixture, "operators of one name are numbered") {
    CHECK(halved("attn:matmul").equal(x.matmul(x).mul(0.5).softmax(-1).matmul(w)));
}
TEST_CASE_FIXTURE(fixture, "the second operator of a name has number one") {
    CHECK(halved("attn:matmul.1").equal(x.matmul(x).softmax(-1).matmul(w).mul(0.5)));
}

TEST_CASE_FIXTURE(fixture, "the paths of operators are all that can be asked for") {
    const std::vector<std::string> paths = graph.model.operator_paths();
    CHECK(paths == std::vector<std::string>{"attn:matmul", "attn:matmul.input", "attn:matmul.input.1", "attn:softmax",
                                            "attn:softmax.input", "attn:matmul.1", "attn:matmul.1.input"});
    for (const std::string& path : paths) CHECK(graph.model.operator_site(path) != nullptr);
    for (const char* path : {"attn:exp", "attn:matmul.2", "attn:matmul.1.input.1", "attn:", ":softmax", "other:softmax",
                             "attn:softmax.output", "attn", "attn:softmax.input.x"})
        CHECK(graph.model.operator_site(path) == nullptr);
    CHECK(graph.model.operator_site("attn:softmax") == graph.model.operator_site("attn:softmax"));
}

TEST_CASE("a module that is called input has that path") {
    GraphText text;
    text.input("x", {2}).node("a", "relu.default", {{"self", tensor("x")}}, {2}, "m;m.input");
    text.node("b", "exp.default", {{"self", tensor("a")}}, {2}, "m").output("b");
    RunningGraph named(text);
    std::size_t count = 0;
    for (std::size_t i = 0; i < named.model.module_sites().size(); ++i)
        count += named.model.path_of(i) == "m.input" ? 1 : 0;
    CHECK(count == 1);
    HookSet zeroes;
    zeroes.add(SiteRef<AnyLayout>(named.site("m.input")), [](const at::Tensor& t) { return t * 0; });
    const auto scope = zeroes.activate();
    CHECK(named.with_sites({at::ones({2})}).equal(at::ones({2})));
}

TEST_CASE("weights that are missing or of another shape are refused") {
    const auto refusal = [](std::map<std::string, at::Tensor> weights) {
        const auto graph = attention().read();
        return message_of<FileError>([&] { suture::detail::check_weights(graph, weights); });
    };
    CHECK(says(refusal({}), "\"w\"", "not in the archive"));
    CHECK(says(refusal({{"w", at::ones({3, 2})}}), "\"w\" is", "something else in the graph"));
    CHECK(says(refusal({{"w", at::ones({2, 2}, at::kLong)}}), "\"w\""));
    suture::detail::check_weights(attention().read(), {{"w", w}});
}
