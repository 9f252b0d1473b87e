// expect: a configuration is read from its file: write llama::read_config(path)
// The text of a file is not its path.
#include <suture/llama/load.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto config = llama::read_config(nullptr, 3);
#else
    auto config = llama::read_config("SmolLM2-135M/config.json");
#endif
}
