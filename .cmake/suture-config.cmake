# find_package(suture [COMPONENTS <component>...])
#
#   core       suture::core, which depends on nothing
#   suture     suture::suture, which needs LibTorch and range-v3
#   file       suture::file, which needs suture and nlohmann_json
#   gpt2       suture::gpt2, which needs file
#   exported   suture::exported, which needs file
#   text       suture::text, which needs suture and PCRE2
#   tokenizer  suture::tokenizer, which needs file and text
#   pictures   suture::pictures, which needs file, text and fmt
#
# Without components: every one that was installed and whose dependencies are found; core and suture must be.
# Also gives suture_precompile(<target>), see suture-precompile.cmake.
include(CMakeFindDependencyMacro)
include(${CMAKE_CURRENT_LIST_DIR}/suture-pcre2.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/suture-precompile.cmake)

include(${CMAKE_CURRENT_LIST_DIR}/suture-components.cmake)

set(suture_wanted ${suture_FIND_COMPONENTS})
if(NOT suture_wanted)
    set(suture_wanted ${suture_components})
endif()
# In the order of suture_components every component comes after those that it needs: from the last to the first, each asks
# for its own.
set(suture_backwards ${suture_components})
list(REVERSE suture_backwards)
foreach(component IN LISTS suture_backwards)
    if(component IN_LIST suture_wanted)
        list(APPEND suture_wanted ${suture_${component}_needs})
    endif()
endforeach()

foreach(component IN LISTS suture_components)
    if(NOT component IN_LIST suture_wanted)
        continue()
    endif()
    set(suture_ready TRUE)
    foreach(needed IN LISTS suture_${component}_needs)
        if(NOT suture_${needed}_FOUND)
            set(suture_ready FALSE)
        endif()
    endforeach()
    if(component STREQUAL "suture")
        find_dependency(Torch)
        find_dependency(range-v3)
        include(${CMAKE_CURRENT_LIST_DIR}/suture-torch.cmake)
    endif()
    foreach(package IN LISTS suture_${component}_packages)
        find_package(${package} QUIET)
    endforeach()
    foreach(linked IN LISTS suture_${component}_links)
        if(linked MATCHES "::" AND NOT TARGET ${linked})
            set(suture_ready FALSE)
        endif()
    endforeach()
    if(NOT suture_ready OR NOT EXISTS ${CMAKE_CURRENT_LIST_DIR}/suture_${component}-targets.cmake)
        continue()
    endif()
    if(NOT TARGET suture::${component})
        include(${CMAKE_CURRENT_LIST_DIR}/suture_${component}-targets.cmake)
        if(component STREQUAL "suture")
            include(${CMAKE_CURRENT_LIST_DIR}/suture-clang.cmake)
            target_compile_options(suture::suture INTERFACE "${suture_clang_options}")
        endif()
    endif()
    set(suture_${component}_FOUND TRUE)
endforeach()

foreach(component IN LISTS suture_FIND_COMPONENTS)
    if(suture_FIND_REQUIRED_${component} AND NOT suture_${component}_FOUND)
        set(suture_FOUND FALSE)
        set(suture_NOT_FOUND_MESSAGE "suture's component ${component} cannot be used: it is not a component, was not installed, or its dependency was not found (file, gpt2, exported, tokenizer and pictures: nlohmann_json; text, tokenizer and pictures: PCRE2; pictures: fmt)")
    endif()
endforeach()
unset(suture_wanted)
unset(suture_backwards)
