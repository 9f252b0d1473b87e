// A program that zeroes a query beside an untouched activation: it compiles, links and runs LibTorch.
#include <suture/suture.hpp>

#include <ATen/ops/ones.h>

using namespace suture;

using Qkv = Fused<12, Q<4>, K<4>, V<4>>;

int main() {
    at::Tensor activation = at::ones({2, 12});
    auto [q, k, v] = split(borrow<Qkv>(activation));
    Owned<Q<4>> mine = q.clone();
    mine[on<Q>(token(0))] = 0;
    at::Tensor edited = cat<Qkv>(mine, k, v);
    return activation.sum().item<double>() == 24 && edited.sum().item<double>() == 20 ? 0 : 1;
}
