# suture_precompile(<target> [<header>...]): compiles the headers of suture and LibTorch once per target instead of once
# per source file. The target must link suture::suture, or a component that does; further headers are precompiled with
# them: suture_precompile(mine <suture/gpt2/load.hpp>).
# PCH_INSTANTIATE_TEMPLATES lets clang instantiate the headers' templates in the precompiled header too, which saves
# most of what is left; g++ has no such thing. See docs/fast-builds.md for figures.
function(suture_precompile target)
    target_precompile_headers(${target} PRIVATE <suture/suture.hpp> ${ARGN})
    set_target_properties(${target} PROPERTIES PCH_INSTANTIATE_TEMPLATES ON)
endfunction()
