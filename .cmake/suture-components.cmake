# The components of suture, each after those that it needs. CMakeLists.txt makes their targets from this table, and
# suture-config.cmake loads them by it: suture_<component>_needs lists components, _packages what find_package finds, and
# _links the targets of others that it links.
set(suture_components core suture file gpt2 exported text tokenizer pictures)

set(suture_suture_needs core)
# torch_library keeps libtorch linked where the linker drops libraries that no symbol is taken from: the one that holds
# CUDA is among them.
set(suture_suture_links torch torch_library range-v3::range-v3)

set(suture_file_needs suture)
set(suture_file_packages nlohmann_json)
set(suture_file_links nlohmann_json::nlohmann_json)

set(suture_gpt2_needs file)

set(suture_exported_needs file)

set(suture_text_needs suture)
set(suture_text_links PCRE2::8BIT)

set(suture_tokenizer_needs file text)

set(suture_pictures_needs file text)
set(suture_pictures_packages fmt)
# LibTorch may bring headers of another fmt, which come first: then a compiled library would not fit them.
set(suture_pictures_links fmt::fmt-header-only)
