// Fingerprints of texts and of weights.
#include "suture/model/fingerprint.hpp"

#include "doctest.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <torch/nn/modules/linear.h>

#include <memory>
#include <set>

namespace {
using suture::weights_fingerprint;
using suture::detail::Fingerprint;

template <class... Parts>
std::uint64_t of(const Parts&... parts) {
    Fingerprint key;
    (key.add(parts), ...);
    return key.value();
}
struct Placed : torch::nn::Module {
    Placed() {
        weight = register_parameter("weight", at::arange(6, at::kFloat));
        buffer = register_buffer("buffer", at::arange(3, at::kFloat));
    }
    at::Tensor weight, buffer;
};
}  // namespace

TEST_CASE("texts, their order and where they end tell fingerprints apart") {
    const std::set<std::uint64_t> keys{of(), of("a"), of("b"), of("ab"), of("a", "b"), of("b", "a"), of("")};
    CHECK(keys.size() == 7);
    CHECK(of("a", "b") == of("a", "b"));
}

TEST_CASE("tensors are told apart by their bits, wherever they lie in memory") {
    const at::Tensor t = at::arange(10, at::kFloat).view({2, 5});
    CHECK(of(t) == of(t.clone()));
    CHECK(of(t.t().contiguous().t()) == of(t));
    CHECK(of(t.t()) != of(t));
    CHECK(of(at::tensor({0.0})) != of(at::tensor({-0.0})));
    for (int i = 0; i < 10; ++i) {
        at::Tensor other = t.clone();
        other.view({-1})[i].add_(1);
        CHECK(of(other) != of(t));
    }
}

TEST_CASE("a module, its holder and a pointer to it have one fingerprint, and other parameters or buffers another") {
    const auto module = std::make_shared<Placed>();
    const std::uint64_t key = weights_fingerprint(*module);
    CHECK(weights_fingerprint(module) == key);
    CHECK(weights_fingerprint(Placed()) == key);
    module->buffer[2].add_(1);
    CHECK(weights_fingerprint(module) != key);
    const torch::nn::Linear linear(2, 3);
    CHECK(weights_fingerprint(linear) == weights_fingerprint(*linear));
}
