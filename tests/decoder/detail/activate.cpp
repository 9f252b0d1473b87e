// The nonlinearities against the formulas of transformers' activations.py.
#include "suture/decoder/detail/activate.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <functional>
#include <map>

using namespace suture;

TEST_CASE("each nonlinearity is its formula") {
    const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
    const auto gelu = [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2))); };
    const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
    const std::map<ActivationFunction, std::function<double(double)>> formulas{
        {ActivationFunction::gelu_tanh,
         [](double x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }},
        {ActivationFunction::gelu_erf, gelu},
        {ActivationFunction::relu, [](double x) { return std::max(x, 0.0); }},
        {ActivationFunction::silu, [&](double x) { return x * sigmoid(x); }},
        {ActivationFunction::tanh, [](double x) { return std::tanh(x); }},
        {ActivationFunction::quick_gelu, [&](double x) { return x * sigmoid(1.702 * x); }},
        {ActivationFunction::gelu_clipped, [&](double x) { return std::clamp(gelu(x), -10.0, 10.0); }},
        {ActivationFunction::relu_squared, [](double x) { return std::max(x, 0.0) * std::max(x, 0.0); }},
        {ActivationFunction::relu6, [](double x) { return std::clamp(x, 0.0, 6.0); }},
        {ActivationFunction::leaky_relu, [](double x) { return x < 0 ? x / 100 : x; }},
        {ActivationFunction::sigmoid, sigmoid},
        {ActivationFunction::hardswish, [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }},
        {ActivationFunction::mish, [&](double x) { return x * std::tanh(softplus(x)); }},
        {ActivationFunction::laplace,
         [](double x) { return (1 + std::erf((x - 0.707107) / (0.282095 * std::sqrt(2)))) / 2; }},
        {ActivationFunction::sqrt_softplus, [&](double x) { return std::sqrt(softplus(x)); }},
        {ActivationFunction::linear, [](double x) { return x; }}};
    const at::Tensor x = at::linspace(-12, 12, 97, at::kDouble);
    for (const auto& [function, formula] : formulas) {
        const int number = static_cast<int>(function);
        CAPTURE(number);
        const at::Tensor is = suture::detail::activate(x, function);
        for (Index i = 0; i < x.numel(); ++i)
            CHECK(is[i].item<double>() == doctest::Approx(formula(x[i].item<double>())).epsilon(1e-9));
    }
    CHECK(formulas.size() == static_cast<std::size_t>(ActivationFunction::linear) + 1);
}
