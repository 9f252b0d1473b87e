// For tests of threads: a small model with sites, and functions that run in several threads at once.
#pragma once

#include <suture/hook/hooked.hpp>
#include <suture/hook/sites.hpp>

#include <ATen/core/grad_mode.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/linear.h>

#include <barrier>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace suture_test {

using Qkv = suture::Fused<6, suture::Q<2>, suture::K<2>, suture::V<2>>;

/// Three projections, each added to the stream.
struct ThreeLayersImpl : torch::nn::Cloneable<ThreeLayersImpl>, suture::HasSites {
    ThreeLayersImpl() { reset(); }
    void reset() override {
        for (int i = 0; i < 3; ++i)
            layers.push_back(register_module(std::to_string(i), suture::Hooked<torch::nn::Linear, Qkv>(6, 6)));
        suture::name_sites(*this);
    }
    void visit_sites(const suture::SiteVisitor& visit) override { visit("resid", resid); }
    at::Tensor forward(at::Tensor x) {
        for (auto& layer : layers) x = resid(x + layer(x));
        return x;
    }
    std::vector<suture::Hooked<torch::nn::Linear, Qkv>> layers;
    suture::HookPoint<suture::Resid<6>> resid;
};
TORCH_MODULE(ThreeLayers);

/// Runs f(0) .. f(n - 1), each in a thread of its own, without gradients. All begin when all are there.
template <class F>
void in_threads(int n, const F& f) {
    std::barrier begin(n);
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i)
        threads.emplace_back([&, i] {
            const at::NoGradGuard no_gradients;
            begin.arrive_and_wait();
            f(i);
        });
    for (std::thread& t : threads) t.join();
}

constexpr int passes = 50;

/// Whether all values of a tensor are one number.
inline bool is_uniform(const at::Tensor& t) { return t.eq(t.flatten()[0]).all().item<bool>(); }

}  // namespace suture_test
