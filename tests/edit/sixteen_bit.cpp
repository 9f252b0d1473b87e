// 16-bit floats and numbers: the bits are those of Python's augmented assignments, whichever LibTorch is linked.
#include "suture/edit/apply.hpp"

#include "suture/edit/on.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace suture;

namespace {
using Row = Resid<121>;

/// One line of sixteen_bit.txt, which sixteen_bit.py wrote.
struct Golden {
    at::ScalarType dtype = at::kBFloat16;
    std::string operation;
    double number = 0;
    std::vector<std::int64_t> bits;
};

std::vector<Golden> goldens() {
    std::ifstream file(SUTURE_SOURCE_DIR "/tests/edit/sixteen_bit.txt");
    std::vector<Golden> all;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        Golden g;
        std::string dtype;
        words >> dtype >> g.operation >> g.number;
        g.dtype = dtype == "bfloat16" ? at::kBFloat16 : at::kHalf;
        for (std::int64_t bits = 0; words >> bits;) g.bits.push_back(bits);
        all.push_back(g);
    }
    return all;
}

at::Tensor bits_of(const at::Tensor& t) { return t.view(at::kShort).to(at::kLong); }

at::Tensor edited(const View<Row>& view, const Golden& g) {
    const auto place = on<Row>();
    if (g.operation == "assign") return view | place.set(g.number);
    if (g.operation == "add") return view | place.add(g.number);
    if (g.operation == "subtract") return view | place.subtract(g.number);
    if (g.operation == "multiply") return view | place.multiply(g.number);
    return view | place.divide(g.number);
}

void write(Owned<Row>& owned, const Golden& g) {
    const auto place = on<Row>();
    if (g.operation == "assign") owned[place] = g.number;
    if (g.operation == "add") owned[place] += g.number;
    if (g.operation == "subtract") owned[place] -= g.number;
    if (g.operation == "multiply") owned[place] *= g.number;
    if (g.operation == "divide") owned[place] /= g.number;
}
}  // namespace

TEST_CASE("edits of 16-bit floats by a number have the bits of Python's augmented assignments") {
    const auto all = goldens();
    REQUIRE(all.size() == 50);
    for (const Golden& g : all) {
        CAPTURE(g.operation);
        CAPTURE(g.number);
        REQUIRE(g.bits.size() == 121);
        const at::Tensor values = at::arange(-60, 61, at::kDouble).div(7).to(g.dtype);
        const at::Tensor expected = at::tensor(g.bits);
        CHECK(bits_of(edited(borrow<Row>(values), g)).equal(expected));
        Owned<Row> owned = borrow<Row>(values).clone();
        write(owned, g);
        CHECK(bits_of(std::move(owned).take()).equal(expected));

        const at::Tensor strided = values.unsqueeze(-1).expand({-1, 2}).contiguous().select(-1, 0);
        CHECK(bits_of(edited(borrow<Row>(strided), g)).equal(expected));
    }
}

TEST_CASE("gradients flow through a product of 16-bit floats and a number") {
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
        const at::Tensor values = at::arange(121, at::kFloat).div(7).to(dtype).set_requires_grad(true);
        const at::Tensor doubled =
            borrow<Row>(values) | on<Row>(dims<0, 10>).multiply(2.0) | on<Row>(dims<10, 20>).divide(4.0);
        doubled.to(at::kFloat).sum().backward();
        const at::Tensor gradient = values.grad().to(at::kFloat);
        CHECK(gradient.slice(0, 0, 10).eq(2.0).all().item<bool>());
        CHECK(gradient.slice(0, 10, 20).eq(0.25).all().item<bool>());
        CHECK(gradient.slice(0, 20).eq(1.0).all().item<bool>());
    }
}
