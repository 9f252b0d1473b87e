// Any bytes as a config.json: read or refused; what is read describes a model that can exist.
#include "suture/decoder/detail/check_config.hpp"
#include "suture/gpt2/config_file.hpp"
#include "suture/llama/config_file.hpp"
#include "suture/neox/config_file.hpp"

#include "fuzz/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto path = fuzz::file("config.json", fuzz::text(data, size));
    fuzz::refused_or_read([&] {
        const suture::Gpt2Config c = suture::gpt2::read_config(path);
        if (c.width < 1 || c.heads < 1 || c.width % c.heads != 0 || c.layers < 1 || c.positions < 1 ||
            c.vocabulary < 1 || c.inner < 1 || !(c.layer_norm_epsilon >= 0))
            fuzz::fail("a configuration was accepted that no model can have");
    });
    fuzz::refused_or_read([&] { suture::detail::check_config(suture::llama::read_config(path)); });
    fuzz::refused_or_read([&] { suture::detail::check_config(suture::neox::read_config(path)); });
    return 0;
}
