// expect: a grid is made by a function: write Grid::of<Q>(sites)
// It has at least one site.
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const std::vector<SiteRef<Qkv>>& sites) {
#ifdef SUTURE_BAD
    Grid grid;
#else
    Grid grid = Grid::of<Q>(sites);
#endif
}
