// Edits by recipe and by hand, a clone and in-place operations on the same slices, for callgrind to count the instructions of
// both: see the script `instructions`. One thread, float32 unless the name says otherwise.
#include <suture/core/catalogue.hpp>
#include <suture/edit/apply.hpp>
#include <suture/edit/on.hpp>

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/randn.h>

#include <valgrind/callgrind.h>

#include <cstdio>
#include <string>

namespace {
using namespace suture;
using Qkv = Gpt2Qkv<768, 12>;
using Pythia = NeoXQkv<12, 64>;
constexpr Index head_width = 64, k = offset<Qkv, K<768, 12>>, v = offset<Qkv, V<768, 12>>;

/// What both ways of a case are given.
struct Inputs {
    at::Tensor x, vector;
    Owned<Qkv> mine;
    at::Tensor by_hand;  ///< what the edits by hand write in place
};
using Way = at::Tensor (*)(Inputs&);

struct Case {
    const char* name;
    Way recipe, hand;
};

/// A recipe is a value: it is made once, like the tensors that it is made with, and applied to many activations.
template <at::ScalarType Dtype>
const Case cases[]{
    {"set a number", [](Inputs& in) -> at::Tensor { return borrow<Qkv>(in.x) | on<Q>(token(4), dims<0, 10>).set(0.5); },
     [](Inputs& in) {
         at::Tensor edited = in.x.clone();
         edited.select(-2, 4).narrow(-1, 0, 10).fill_(0.5);
         return edited;
     }},
    {"add a tensor at a token",
     [](Inputs& in) -> at::Tensor {
         static const auto recipe = on<V>(token(-1)).add(in.vector);
         return borrow<Qkv>(in.x) | recipe;
     },
     [](Inputs& in) {
         at::Tensor edited = in.x.clone();
         edited.select(-2, -1).narrow(-1, v, 768).add_(in.vector);
         return edited;
     }},
    {"add a tensor at all tokens",
     [](Inputs& in) -> at::Tensor {
         static const auto recipe = on<V>().add(in.vector);
         return borrow<Qkv>(in.x) | recipe;
     },
     [](Inputs& in) {
         at::Tensor edited = in.x.clone();
         edited.narrow(-1, v, 768).add_(in.vector);
         return edited;
     }},
    {"multiply heads", [](Inputs& in) -> at::Tensor { return borrow<Qkv>(in.x) | on<K>(heads(2, 5)).multiply(0.5); },
     [](Inputs& in) {
         at::Tensor edited = in.x.clone();
         edited.narrow(-1, k + 2 * head_width, 3 * head_width).mul_(0.5);
         return edited;
     }},
    {"two edits",
     [](Inputs& in) -> at::Tensor { return borrow<Qkv>(in.x) | on<Q>(token(4)).zero() | on<V>(head<3>).multiply(0.5); },
     [](Inputs& in) {
         at::Tensor edited = in.x.clone();
         edited.select(-2, 4).narrow(-1, 0, 768).zero_();
         edited.narrow(-1, v + 3 * head_width, head_width).mul_(0.5);
         return edited;
     }},
    {"set the keys of Pythia", [](Inputs& in) -> at::Tensor { return borrow<Pythia>(in.x) | on<K>(token(4)).set(0.5); },
     [](Inputs& in) {
         at::Tensor edited = in.x.clone();
         edited.select(-2, 4).unflatten(-1, at::IntArrayRef({12, 192})).narrow(-1, 64, 64).fill_(0.5);
         return edited;
     }},
    {"set a number in place",
     [](Inputs& in) {
         in.mine[on<Q>(token(4), dims<0, 10>)] = 0.5;
         return at::Tensor();
     },
     [](Inputs& in) {
         in.by_hand.select(-2, 4).narrow(-1, 0, 10).fill_(0.5);
         return at::Tensor();
     }},
    {"read a norm", [](Inputs& in) { return borrow<Qkv>(in.x)[on<V>(token(-1), head<3>)].norm(); },
     [](Inputs& in) { return in.x.select(-2, -1).narrow(-1, v + 3 * head_width, head_width).norm(); }},
};

/// Runs one way often enough to come to rest, and then a hundred times for callgrind, which writes what it counted under this
/// name.
[[gnu::noinline]] at::Tensor count(Way way, Inputs& in, const std::string& name) {
    at::Tensor last;
    for (int i = 0; i < 20; ++i) last = way(in);
    CALLGRIND_ZERO_STATS;
    for (int i = 0; i < 100; ++i) last = way(in);
    CALLGRIND_DUMP_STATS_AT(name.c_str());
    return last;
}

/// Whether both ways of every case gave the same values.
template <at::ScalarType Dtype>
bool count_cases() {
    bool all_equal = true;
    for (const Case& c : cases<Dtype>) {
        const at::Tensor x = at::randn({1, 15, Qkv::width}).to(Dtype);
        // The vector is the same for all cases.
        static const at::Tensor vector = at::randn({768}).to(Dtype);
        Inputs in{x, vector, borrow<Qkv>(x).clone(), x.clone()};
        const std::string name = std::string(c.name) + (Dtype == at::kFloat ? "" : ", bfloat16");
        const at::Tensor recipe = count(c.recipe, in, name + "/recipe"), hand = count(c.hand, in, name + "/hand");
        if (recipe.defined() ? recipe.equal(hand) : in.mine.view().unsafe_tensor().equal(in.by_hand)) continue;
        std::printf("failed: %s by recipe and by hand give other values\n", name.c_str());
        all_equal = false;
    }
    return all_equal;
}
}  // namespace

int main() {
    at::set_num_threads(1);
    const at::NoGradGuard no_gradients;
    CALLGRIND_START_INSTRUMENTATION;
    const bool all_equal = count_cases<at::kFloat>() && count_cases<at::kBFloat16>();
    return all_equal ? 0 : 1;
}
