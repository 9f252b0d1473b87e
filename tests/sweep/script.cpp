// TorchScript models are swept, attributed and checked as other models are.
#include <suture/edit/on.hpp>
#include <suture/inspect/check_layout.hpp>
#include <suture/script/script.hpp>
#include <suture/sweep/path_patching.hpp>
#include <suture/sweep/sweep.hpp>

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Qkv = Fused<24, Q<8, 2>, K<8, 2>, V<8, 2>>;
torch::jit::Module linear(const std::string& name, Index in, Index out) {
    torch::jit::Module made("__torch__." + name);
    made.register_parameter("weight", at::randn({out, in}), false);
    made.define("def forward(self, x):\n  return torch.linear(x, self.weight, None)\n");
    return made;
}
/// One layer of causal attention of two heads, as Python would script it; with noise or dropout on request.
Script attention(const std::string& noise = "x") {
    at::manual_seed(11);
    torch::jit::Module made("__torch__.A");
    made.register_parameter("e", at::randn({20, 8}), false);
    made.register_module("qkv", linear("L1", 8, 24));
    made.register_module("o", linear("L2", 8, 8));
    made.define(R"(
def forward(self, ids):
  x = torch.embedding(self.e, ids)
  b, t = ids.size(0), ids.size(1)
  qkv = self.qkv.forward(x).view(b, t, 3, 2, 4).permute(2, 0, 3, 1, 4)
  q, k, v = qkv[0], qkv[1], qkv[2]
  later = torch.triu(torch.ones([t, t]), 1) > 0
  p = (q.matmul(k.transpose(2, 3)) / 2.0).masked_fill(later, float("-inf")).softmax(-1)
  x = x + self.o.forward(p.matmul(v).transpose(1, 2).reshape(b, t, 8))
  x = )" + noise +
                R"(
  return torch.matmul(x, self.e.t())
)");
    return Script(made);
}
at::Tensor ids(std::initializer_list<Index> numbers) {
    return at::tensor(at::ArrayRef<Index>(numbers), at::kLong).unsqueeze(0);
}
const at::Tensor clean = ids({3, 7, 11, 4}), corrupted = ids({3, 9, 11, 4});
}  // namespace

TEST_CASE("a sweep of a Script gives the numbers of a pass by hand for each cell") {
    const at::NoGradGuard no_gradients;
    Script model = attention();
    const auto site = suture::site<Qkv>(model, "qkv");
    const SweepResult result =
        sweep(model, denoising(clean, corrupted), Grid::of<V>(std::vector{site}).by_head(), logit_difference(7, 9));
    CHECK(result.method == SweepMethod::forward_passes);
    const auto difference = [](const at::Tensor& logits) {
        return logits[0][3][7].sub(logits[0][3][9]).item<double>();
    };
    HookSet looking;
    at::Tensor source;
    looking.add(site, [&](const View<Qkv>& seen) { source = seen.unsafe_tensor().clone(); });
    CHECK(result.source[0].item<double>() ==
          doctest::Approx(difference(run_with_hooks(model, looking, clean).toTensor())));
    CHECK(result.baseline[0].item<double>() == doctest::Approx(difference(model(corrupted))));
    for (const SweepCell& cell : result.cells()) {
        HookSet hooks;
        const Index head = cell.place[2], position = cell.place[3];
        hooks.add(site, [&](const View<Qkv>& seen) {
            const at::Tensor edited = seen.unsafe_tensor().clone();
            const auto part = [&](const at::Tensor& t) { return t.select(1, position).narrow(-1, 16 + 4 * head, 4); };
            part(edited).copy_(part(source));
            return edited;
        });
        CHECK(cell.value ==
              doctest::Approx(difference(run_with_hooks(model, hooks, corrupted).toTensor())).epsilon(1e-5));
    }
    CHECK(result.effects().abs().max().item<double>() > 0.01);
}

TEST_CASE("attribution and path patching of a Script") {
    Script model = attention();
    const Grid grid = Grid::of<V>(std::vector{suture::site<Qkv>(model, "qkv")});
    // From the values on the logits are linear, so that the first order is the whole effect.
    const SweepResult estimate = attribution_patching(model, denoising(clean, corrupted), grid, logit_difference(7, 9));
    const SweepResult exact = sweep(model, denoising(clean, corrupted), grid, logit_difference(7, 9));
    const SweepResult paths =
        path_patching(model, denoising(clean, corrupted), grid, Paths::avoiding(), logit_difference(7, 9));
    CHECK(estimate.values.allclose(exact.values, 1e-4, 1e-4));
    CHECK(paths.values.allclose(exact.values, 1e-5, 1e-5));
}

TEST_CASE("a layout is checked in a Script") {
    const at::NoGradGuard no_gradients;
    Script model = attention();
    const at::Tensor tokens = at::arange(8).unsqueeze(0);
    const auto site = suture::site(model, "qkv");
    const AttentionSites sites = AttentionSites().output(suture::site(model, "o.input"));
    CHECK_FALSE(check_layout<Qkv>(model, site, sites, tokens).contradicted());
    CHECK(check_layout<Fused<24, V<8, 2>, K<8, 2>, Q<8, 2>>>(model, site, sites, tokens).contradicted());
}

TEST_CASE("a Script whose dropout draws numbers, and one that gives NaN, are refused") {
    const at::NoGradGuard no_gradients;
    Script drawing = attention("torch.dropout(x, 0.5, True)"), spoiled = attention("x / 0.0 * 0.0");
    const auto sweep_of = [](Script& model) {
        return [&model] {
            sweep(model, denoising(clean, corrupted), Grid::of<V>(std::vector{suture::site<Qkv>(model, "qkv")}),
                  logit(7));
        };
    };
    CHECK(says(message_of<ModelError>(sweep_of(drawing)), "the model draws random numbers in a forward pass"));
    CHECK(
        says(message_of<ValueError>(sweep_of(spoiled)), "the metric 'logit' is NaN in the unpatched run of prompt 0"));
    torch::jit::Module dropout("__torch__.torch.nn.modules.dropout.Dropout");
    dropout.register_attribute("training", c10::BoolType::get(), true);
    dropout.define("def forward(self, x):\n  return torch.dropout(x, 0.5, self.training)\n");
    torch::jit::Module made("__torch__.D");
    made.register_parameter("e", at::randn({20, 8}), false);
    made.register_module("drop", dropout);
    made.define(
        "def forward(self, ids):\n  return torch.matmul(self.drop.forward(torch.embedding(self.e, ids)), "
        "self.e.t())\n");
    Script model(made);
    const auto of_drop = [&] {
        sweep(model, denoising(clean, corrupted),
              Grid::of<Resid>(std::vector{suture::site<Resid<8>>(model, "drop")}).at(token(1)),
              logit_difference(7, 9).at(token(1)));
    };
    CHECK(says(message_of<ModelError>(of_drop), "drop, a Dropout, is in training mode"));
    model.module().eval();
    CHECK_NOTHROW(of_drop());
}
