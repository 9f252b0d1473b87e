# find_package(suture [COMPONENTS <component>...])
#
#   core       suture::core, which depends on nothing
#   suture     suture::suture, which needs LibTorch and range-v3
#   file       suture::file, which needs suture and nlohmann_json
#   gpt2       suture::gpt2, which needs file
#   text       suture::text, which needs suture and PCRE2
#   tokenizer  suture::tokenizer, which needs file and text
#   pictures   suture::pictures, which needs file, text and fmt
#
# Without components: every one that was installed and whose dependencies are found; core and suture must be.
# Also gives suture_precompile(<target>), see suture-precompile.cmake.
include(CMakeFindDependencyMacro)
include(${CMAKE_CURRENT_LIST_DIR}/suture-pcre2.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/suture-precompile.cmake)

# The components that each one needs, and the package.
set(suture_all core suture file gpt2 text tokenizer pictures)
set(suture_suture_needs core)
set(suture_file_needs suture)
set(suture_gpt2_needs file)
set(suture_text_needs suture)
set(suture_tokenizer_needs file text)
set(suture_pictures_needs file text)

set(suture_wanted ${suture_FIND_COMPONENTS})
if(NOT suture_wanted)
    set(suture_wanted ${suture_all})
endif()
# In the order of suture_all every component comes after those that it needs: from the last to the first, each asks
# for its own.
set(suture_backwards ${suture_all})
list(REVERSE suture_backwards)
foreach(component IN LISTS suture_backwards)
    if(component IN_LIST suture_wanted)
        list(APPEND suture_wanted ${suture_${component}_needs})
    endif()
endforeach()

# Loads a component if its dependencies are here.
macro(suture_load component)
    set(suture_ready TRUE)
    foreach(needed IN LISTS suture_${component}_needs)
        if(NOT suture_${needed}_FOUND)
            set(suture_ready FALSE)
        endif()
    endforeach()
    if(suture_ready AND EXISTS ${CMAKE_CURRENT_LIST_DIR}/suture_${component}-targets.cmake)
        if(NOT TARGET suture::${component})
            include(${CMAKE_CURRENT_LIST_DIR}/suture_${component}-targets.cmake)
        endif()
        set(suture_${component}_FOUND TRUE)
    endif()
endmacro()

suture_load(core)
if("suture" IN_LIST suture_wanted)
    find_dependency(Torch)
    find_dependency(range-v3)
    if(NOT TARGET suture::suture)
        include(${CMAKE_CURRENT_LIST_DIR}/suture_suture-targets.cmake)
        include(${CMAKE_CURRENT_LIST_DIR}/suture-clang.cmake)
        target_compile_options(suture::suture INTERFACE "${suture_clang_options}")
    endif()
    set(suture_suture_FOUND TRUE)
endif()
if("file" IN_LIST suture_wanted)
    find_package(nlohmann_json QUIET)
    if(nlohmann_json_FOUND)
        suture_load(file)
        suture_load(gpt2)
    endif()
endif()
if("text" IN_LIST suture_wanted AND TARGET PCRE2::8BIT)
    suture_load(text)
    suture_load(tokenizer)
endif()
if("pictures" IN_LIST suture_wanted)
    find_package(fmt QUIET)
    if(fmt_FOUND)
        suture_load(pictures)
    endif()
endif()

foreach(component IN LISTS suture_FIND_COMPONENTS)
    if(suture_FIND_REQUIRED_${component} AND NOT suture_${component}_FOUND)
        set(suture_FOUND FALSE)
        set(suture_NOT_FOUND_MESSAGE "suture's component ${component} cannot be used: it is not a component, was not installed, or its dependency was not found (file, gpt2, tokenizer and pictures: nlohmann_json; text, tokenizer and pictures: PCRE2; pictures: fmt)")
    endif()
endforeach()
unset(suture_wanted)
unset(suture_backwards)
