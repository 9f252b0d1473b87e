// Experiment 1's edit, written as in PyTorch: it must not compile.
#include <suture/core/catalogue.hpp>
#include <suture/tensor/view.hpp>

void zero_query(const suture::View<suture::Gpt2Qkv<64, 4>>& activation) {
    auto [q, k, v] = split(activation);
    q.zero_();
}
