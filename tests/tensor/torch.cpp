#include <suture/tensor/torch.hpp>

#include "doctest.hpp"

TEST_CASE("the one LibTorch header of suture is enough to make, join and read tensors") {
    const at::Tensor both = at::cat({at::zeros({2}), at::arange(3)});
    CHECK(both.numel() == 5);
    CHECK(both.sum().item<double>() == 3);
    CHECK(at::randn({2, 3}).dim() == 2);
}
