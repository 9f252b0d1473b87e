// What sixteen different recipes of GPT-2 small's fused projection add to a program that includes the headers of edits.
#include <suture/core/catalogue.hpp>
#include <suture/edit/apply.hpp>
#include <suture/edit/on.hpp>

using namespace suture;
using Qkv = Gpt2Qkv<768, 12>;

#ifdef SIXTEEN_RECIPES
void edit(const View<Qkv>& view, const at::Tensor& vector, Index h) {
    (void)(view | on<Q>().zero());
    (void)(view | on<Q>(token(4), dims<0, 10>).set(0.0));
    (void)(view | on<K>(head<3>).multiply(0.5));
    (void)(view | on<V>(token(-1), head(h)).set(vector));
    (void)(view | on<V>(tokens(1, 3)).add(vector));
    (void)(view | on<K>(heads(1, 4)).mean_over(Axis::token));
    (void)(view | on<Q>(batch(0), head(h)).clamp(-1, 1));
    (void)(view | on<V>(head<2>).noise(0.1));
    (void)(view | on<Q>(token(2)).steer(vector, 2.0));
    (void)(view | on<K>().project_out(vector));
    (void)(view | on<V>(head<1>).apply([](at::Tensor t) { return t.neg(); }));
    (void)(view | on<Q>(token(1)).set(view[on<Q>()]));
    (void)(view | on<K>(token(0)).set(view[on<K>(token(1))]));
    (void)(view | on<Q>(head<0>).zero() | on<V>(head<0>).zero());
    (void)(view | on<K>(token(3), head(h)).subtract(vector) | on<V>(dims<0, 8>).divide(2));
    (void)(view | on<Q>(dims(0, 3)).set(1) | on<K>(token(1)).add(0.5) | on<V>().multiply(2));
}
#endif
