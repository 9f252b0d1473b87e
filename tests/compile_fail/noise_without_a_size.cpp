// expect: noise takes a standard deviation, and perhaps a generator: write noise(0.1)
// Activations have no usual size, so there is no default.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Resid>().noise();
#else
auto edit = on<Resid>().noise(0.1);
#endif
