// expect: a configuration is read from its file: write gpt2::read_config(path)
#include <suture/gpt2/config_file.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto config = Gpt2Config::from_pretrained("gpt2");
#else
    auto config = gpt2::read_config("gpt2/config.json");
#endif
}
