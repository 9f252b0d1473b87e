// expect: this board or recorder has another layout: declare it with that of the site
// A recorder of queries cannot be attached to an MLP; a Latest<AnyLayout> records at every site.
#include <suture/suture.hpp>

using namespace suture;

void attach(HookSet& hooks, const HookPoint<Mlp<3072>>& mlp, Latest<Q<768, 12>>& queries, Latest<AnyLayout>& anything) {
#ifdef SUTURE_BAD
    hooks.add(mlp, queries);
#else
    hooks.add(mlp, anything);
#endif
}
