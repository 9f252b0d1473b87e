// expect: a grid goes by layer if it has several sites: write Grid::of<Q>(sites)
// Layers are the sites in their order.
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const Grid& grid, const std::vector<SiteRef<Qkv>>& sites) {
#ifdef SUTURE_BAD
    Grid by = grid.by_layer();
#else
    Grid by = Grid::of<Q>(sites);
#endif
}
