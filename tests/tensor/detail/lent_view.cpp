#include "suture/tensor/detail/lent_view.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

using namespace suture;
using namespace suture::detail;

namespace {

using Stream = Resid<4>;
using Lent = LentView<View<Stream>>;

View<Stream> made(at::Tensor t, Loan loan) {
    return Access::make<View<Stream>>(std::move(t), Extents<Stream>(), nullptr, std::move(loan));
}

}  // namespace

TEST_CASE("a lent View shows the tensor and is not counted, and its copies are") {
    const at::Tensor x = at::arange(8, at::kFloat).view({2, 4});
    const Loan loan = Loan::make();
    std::optional<View<Stream>> kept;
    {
        const Lent lent(x, loan, made);
        CHECK(x.use_count() == 1);
        CHECK(loan.is_alone());
        CHECK(lent.view().clone().take().equal(x));
        kept = lent.view();
        CHECK(x.use_count() == 2);
        CHECK_FALSE(loan.is_alone());
    }
    CHECK_FALSE(loan.is_alone());
    CHECK(kept->clone().take().equal(x));
    kept.reset();
    CHECK(loan.is_alone());
    CHECK(x.use_count() == 1);
}

TEST_CASE("a copy that outlives the tensor's other handles keeps its memory") {
    const Loan loan = Loan::make();
    std::optional<View<Stream>> kept;
    {
        const at::Tensor x = at::full({2, 4}, 3.0f);
        const Lent lent(x, loan, made);
        kept = lent.view();
    }
    CHECK(kept->sum().item<float>() == 24);
}

TEST_CASE("a View that cannot be made leaves the tensor's count as it was, and so does one with many axes") {
    const at::Tensor x = at::zeros({1, 1, 1, 1, 1, 1, 1, 4});
    const Loan loan = Loan::make();
    CHECK_THROWS_AS(
        Lent(x, loan, [](at::Tensor, Loan) -> View<Stream> { throw std::runtime_error("no memory for the shape"); }),
        std::runtime_error);
    CHECK(x.use_count() == 1);
    CHECK(loan.is_alone());
    { const Lent lent(x, loan, made); }
    CHECK(x.use_count() == 1);
    CHECK(loan.is_alone());
}
