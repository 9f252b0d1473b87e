// expect: a family has no width: name the component, as in read_history<Q<768, 12>>
// The file is checked against it.
#include <suture/record/spill.hpp>

using namespace suture;

void look() {
#ifdef SUTURE_BAD
    auto history = read_history<Q>("queries.safetensors");
#else
    auto history = read_history<Q<768, 12>>("queries.safetensors");
#endif
}
