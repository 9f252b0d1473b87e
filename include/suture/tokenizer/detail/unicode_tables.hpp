// What Python's `tokenizers` 0.23.3 knows of Unicode. Made by tests/tokenizers/make_unicode_tables.py; do not edit.
//
// Numbers are in base 36. A set is the lengths of the runs outside, inside, outside ... of it, from U+0000 on. A mapping is
// `distance from the character before:what it becomes`, with dots between characters.
#pragma once

#include <array>
#include <string_view>

// clang-format off
namespace suture::detail::tables {

inline constexpr std::array<std::string_view, 30> category_names{"lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "zs", "zl", "zp", "cc", "cf", "co", "cn", "cs"};

/// General categories: a letter, in the order of `category_names`, and how many characters have it.
inline constexpr std::string_view category_runs =
    "Z32WR3TR3NORSRMR2I10R2S3R2A26NROULUB26NSOSZ33WRT4VRUVEPSaVUVSK2UBR2UKEQK3RA23SA7B24SB8ABABABABABABABABABABABABABABABAB"
    "ABABABABABABABABABABABAB2ABABABABABABABAB2ABABABABABABABABABABABABABABABABABABABABABABABA2BABAB3A2BABA2BA3B2A4BA2BA3B3"
    "A2BA2BABABA2BAB2ABA2BA3BABA2B2EAB3E4ACBACBACBABABABABABABABAB2ABABABABABABABABAB2ACBABA3BABABABABABABABABABABABABABABA"
    "BABABABABABABABABABABABABABAB7A2BA2B2ABA4BABABABAB69EB27D18U4D12U14D5U7DUDU17F112ABABDUABc2DB3RAc4U2ARA3cAcA2BA17cA9B3"
    "5AB2A3B3ABABABABABABABABABABABAB5ABSABA2B2A51B48ABABABABABABABABABABABABABABABABABVF5H2ABABABABABABABABABABABABABABABA"
    "BABABABABABABABABABABABA2BABABABABABAB2ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABA"
    "BABABABABABABABABcA38c2DR6B41RMc2V2TcF45MFRF2RF2RFc8E27c4E4R2c11a6S3R2TR2V2F11RaR3E32DE10F21I10R4E2FE99REF7aVF6D2F2VF4"
    "E2I10E3V2ER14caEFE30F27c2E89F11Ec14I10E33F9D2VR3Dc2FT2E22F4DF9DF3DF5c2R15cE25F3c2RcE11c5E24UE6ca2c5F9E41DF24aF32GE54FG"
    "FEG3F8G4FG2EF7E10F2R2I10RDE15FG2cE8c2E2c2E22cE7cEc3E4c2FEG3F4c2G2c2G2FEc8Gc4E2cE3F2c2I10E2T2K6VTERFc2F2GcE6c4E2c2E22cE"
    "7cE2cE2cE2c2FcG3F2c4F2c2F3c3Fc7E4cEc7I10F2E3FRc10F2GcE9cE3cE22cE7cE2cE5c2FEG3F5cF2GcG2Fc2Ec15E2F2c2I10RTc7EF6cFG2cE8c2"
    "E2c2E22cE7cE2cE5c2FEGFGF4c2G2c2G2Fc7F2Gc4E2cE3F2c2I10VEK6c10FEcE6c3E3cE4c3E2cEcE2c3E2c3E3c3E12c4G2FG2c3G3cG3Fc2Ec6Gc14"
    "I10K3V6TVc5FG3FE8cE3cE23cE16c2FEF3G4cF3cF4c7F2cE3c2Ec2E2F2c2I10c7RK7VEFG2RE8cE3cE23cE10cE5c2FEGFG5cFG2cG2F2c7G2c6E2cE2"
    "F2c2I10cE2Gc12F2G2E9cE3cE41F2EG3F4cG3cG3FEVc4E3GK7E3F2c2I10K9VE6cFG2cE18c3E24cE9cEc2E7c3Fc4G3F3cFcG8c6I10c2G2Rc12E48FE"
    "2F7c4TE6DF8RI10R2c37E2cEcE5cE24cEcE10FE2F9Ec2E5cDcF7cI10c2E4c32EV3R15VRV3F2V6I10K10VFVFVFNONOG2E8cE36c4F14GF5RF2E5F11c"
    "F36cV8FV6cV2R5V4R2c37E43G2F4GF6GF2G2F2EI10R6E6G2F2E4F3EG3E2G7E3F4E13FG2F2G6FEGI10G3FV2A38cAc5Ac2B43RDB3E329cE4c2E7cEcE"
    "4c2E41cE4c2E33cE4c2E7cEcE4c2E15cE57cE4c2E67c2F3R9K20c3E16V10c6A86c2B6c2ME620VRE17WE26NOc3E75R3J3E8c7E18F3Gc9E19F2GR2c9"
    "E18F2c12E13cE3cF2c12E52F2GF7G8FG2F11R3DR3TEFc2I10c6K10c6R6MR4F3aFI10c6E35DE53c7E5F2E34FEc5E70c10E31cF3G4F2G3c4G2FG6F3c"
    "4Vc3R2I10E30c2E5c11E44c4E26c6I10Kc3V34E23F2G2Fc2R2E53GFGF7cFGFG2F8G6F10c2FI10c6I10c6R7DR6c2F14HF16c49F4GE47FGF5GFG5FG2"
    "E8cR2I10R7V10F9V9R3F2GE30GF4G2F2GF3E2I10E44FGF2G3FGF3G2c8R4E36G8F8G2F2c3R5I10c3E3I10E30D6R2B9ABc5A43c2A3R8c8F3RF13GF7E"
    "4FE6FE2GF2Ec5B44D63B13DB34D37F64ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"
    "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB9ABABABABABABABABABABABABABABABABABABABABABABABABABABA"
    "BABABABABABABABABABABABABABABABABABABABABABAB9A8B6c2A6c2B8A8B8A8B6c2A6c2B8cAcAcAcAB8A8B14c2B8C8B8C8B8C8B5cB2A4CUBU3B3c"
    "B2A4CU3B4c2B2A4cU3B8A5U3c2B3cB2A4CU2cW11a5M6R2PQNP2QNPR8XYa5WR9PQR4L2R3SNOR11SRLR10Wa5ca10KDc2K6S3NODK10S3NOcD13c3T33c"
    "15F13H4FH3F12c15V2AV4AV2BA3B2A3BVAV2SA5V6AVAVAVA4VBA4BE4BV2B2A2S5AB4VSV2BVK16J35ABJ4KV2c4S5V5S2V4SV2SV2SV7SV31S2V2SVSV"
    "31S268V8NONOV20S2V7NOV81SV30S25V40S6V72c22V11c21K60V78K22V183SV9SV54S8V111SV248NONONONONONONOK30V44S5NOS31NONONONONOS1"
    "6V256S131NONONONONONONONONONONOS63NONOS32NOS258V48S21V2S6V39c2V32cV105A48B48ABA3B2ABABABA4BAB2AB6D2A3BABABABABABABABAB"
    "ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB2V6ABABF3ABc5R4KR2B38cBc5Bc2E56c7DRc"
    "14FE23c9E7cE7cE7cE7cE7cE7cE7cE7cF32R2PQPQR3PQRPQR9MR2MRPQR2PQNONONONOR5DR10M2R4MRNR13V2R3NONONONOMc34V26cV89c12V214c26"
    "V16WR3VDEJNONONONONOV2NONONONOMNO2VJ9F4G2MD5V2J3DERV2cE86c2F2U2D2EME90RD3Ec5E43cE94cV2K4V10E32V38c9VE16V31cK10V30K8VK1"
    "5V32K10V39K15V320E6592V64E21013DE1143c3V55c9E40D6R2E268DR3E16I10E2c20ABABABABABABABABABABABABABABABABABABABABABABABEFH"
    "3RF10RDABABABABABABABABABABABABABABD2F2E70J10F2R6c8U23D9U2ABABABABABABAB3ABABABABABABABABABABABABABABABABABABABABABABA"
    "BABABABABABABABABDB8ABABA2BABABABABDU2ABABEABAB3ABABABABABABABABABABA5BA5BABABABABABABABA4BABA2Bc2ABcBcBABABABAc21D3AB"
    "ED2BE7FE3FE4FE23G2F2GV4Fc3K6V2TVc6E52R4c8G2E50G16F2c8R2I10c6F18E6R3ERE2FI10E28F8R2E23F11G2c11RE29c3F3GE47FG2F4G2F2G3R1"
    "3cDI10c4R2E5FDE9I10E5cE41F6G2F2G2F2c9E3FE8FGc2I10c2R4E16DE6V3EGFGE50FEF3E2F2E5F2EFEc24E2DR2E11GF2G2R2ED2GFc10E6c2E6c2E"
    "6c9E7cE7cB43UD4B9DU2c4B80E35G2FG2FG2RGFc2I10c6E11172c12E23c4E49c4d2048b6400E366c2E106c38B7c12B5c5EFE10SE13cE5cEcE2cE2c"
    "E108U17c16E363ONV16E64c2E54c7Vc32E12TV3F16R7NORc6F16RM2L2NONONONONONONONOR2NOR4L3R3cR4MNONONOR3SMS3cRTR2c4E5cE135c2acR"
    "3TR3NORSRMR2I10R2S3R2A26NROULUB26NSOSNORNOR2E10DE45D2E31c3E6c2E6c2E6c2E3c3T2SUVT2cVS4V2c10a3V2c2E12cE26cE19cE2cE15c2E1"
    "4c34E123c5R3c4K45c3V9J53K4V17K2V3cV13c3Vc47V45Fc130E29c3E49c15FK27c4E32K4c9E20JE8Jc5E38F5c5E30cRE36c4E8RJ5c42A40B40E78"
    "c2I10c6A36c4B36c4E40c8E52c11RA11cA15cA7cA2cB11cB15cB7cB2c3E52c12E311c9E22c10E8c24D6cD42cD9c69E6c2EcE44cE2c3Ec2E23cRK8E"
    "23V2K7E31c8K9c48E19cE2c5K5E22K6c3RE26c5Rc64E56c4K2E2K16c2K46EF3cF2c5F4E4cE3cE29c2F3c4FK9c7R9c7E29K2RE29K3c32E8VE28F2c4"
    "K5R7c9E54c3R7E22c2K8E19c5K8E18c7R4c12K7c80E73c55A51c13B51c7K6E36F4c8I10c6I10E4DEA22c3F5MDB22c8S2c208K31cE42cF2Mc2E2c16"
    "E3c55F4E29K10Ec8E22F11K4R5c22E18F4R4c38E21K7c20E23c9GFGE53F15R7c4K20I10FE2F2Ec9F3GE45G3F4G2F2R2aR4Fc10ac2E25c7I10c6F3E"
    "36F5GF8cI10R4EG2Ec8E35FR2Ec9F2GE48G3F9G2E4R4F4RGFI10ERER3cK20c11E18cE25G3F3G2FGF2R6FE2Fc62E7cEcE4cE15cE10Rc6E47FG3F8c5"
    "I10c6F2G2cE8c2E2c2E22cE7cE2cE5cF2EG2FG4c2G2c2G3c2Ec6Gc5E5G2c2F7c3F5c11E10cEc2EcE38cEG3F6cGc2GcG4cG2FGFEFER2cR2c8F2c29E"
    "53G3F8G2F3GFE4R5I10R2cRFE3c30E48G3F6GFG4F2GF2E2REc8I10c166E47G3F4c2G4F2GF2R23E4F2c34E48G3F8G2FGF2R3Ec11I10c6R13c19E43F"
    "GFG2F6GFERc6I10c6I20c28E27c2FGFG2F4GF5c4I10K2R3VE7c185E44G3F9GF2Rc100A32B32I10K9c12E8c2Ec2E8cE2cE24G6cG2c2F2GFEGEGFR3c"
    "9I10c70E8c2E39G3F4c2F2G4FEREGc27EF10E40F6GEF4R8Fc8EF6G2F3E46F13GF2R3ER5c13E73c7R10c182E33Rc14I10c6E9cE37GF7cF6GFER5c10"
    "I10K19c3R2E30c2F22cGF7GF2GF2c73E7cE2cE38F6c3FcF2cF7EFc8I10c6E6cE2cE32G5cF2cG2FGFEc7I10c310E19F2G2R2c7F2EGE13cE34G2F5c3"
    "G2FGFR13I10Fc85Ec15K21V8T4V17c13RE922c102J111cR5c11E196c2636E97R2c13E1072a16FE6F15c10E3995c5E583c6841E30F12G3F3I10c173"
    "4E569c7E31cI10c4R2E79cI10c6E30c2F5Rc10E48F7R5V4D4RVc10I10cK7cE21c5E19c432D3E40D2R3I10c198A32B32K23R4c101E75c4FEG55c7F4"
    "D13c64D2RDFc11G2c14E6136c8E1238c41E10c8935D4cD7cD2cE291c15Ec29E3c2Ec14E4c8E396c2308E107c5E13c3E9c7E10c2VF2Ra4c3932V240"
    "I10c6V436c76F46c2F23c9V116c60V246c10V39c2V60G2F3V3G6a8F8V2F7V30F4V61c21V66F3Vc122K20c12K20c12V87c9K25c135A26B26A26B7cB"
    "18A26B26AcA2c2Ac2A2c2A4cA8B4cBcB7cB11A26B26A2cA4c2A8cA7cB26A2cA4cA5cAc3A7cB26A26B26A26B26A26B26A26B26A26B26A26B28c2A25"
    "SB25SB6A25SB25SB6A25SB25SB6A25SB25SB6A25SB25SB6ABc2I50V512F55V4F50V8FV14FV2R5c15F5cF15c1104B10EB20c6B6c213F7cF17c2F7cF"
    "2cF5c5D62c33Fc112E45c3F7D7c2I10c4EVc320E30Fc17E44F4I10c5Tc464E27DF4I10c214E30F2EI10c4Rc480E7cE4cE2cE15cE197c2K9F7c41A3"
    "4B34F7Dc4I10c4R2c785K59VK3TK4c76K45VK15c194E4cE27cE2cEc2EcE10cE4cEcEc6Ec4EcEcEcE3cE2cEc2EcEcEcEcEcE2cEc2E4cE7cE4cE4cEc"
    "E10cE17c5E3cE5cE17c52S2c270V44c4V100c12V15c2V15cV15cV37c10K13V161c56V29c13V44c4V9c7V2c14V6c154V251U5V728c4V17c3V13c3V1"
    "19c4V95c6V12c4Vc15V12c4V56c8V10c6V40c8V30c2V12c4V2c62V340c12V14c2V13c3V10c5V56c7V15c2V11c6V9c7V147cV92I10c1030E42720c3"
    "2E4154c6E222c2E5762c14E7473c15E622c2466E542c1506E4939c5E4192c711761ac30a96c128F240c65040b65534c2b65534c2";

/// Alphabetic, other than letters and letter numbers.
inline constexpr std::string_view alphabetic_beyond_letters =
    "n9 1 t d g0 e 1 1 1 2 1 2 1 1 20 b 1c d 1 7 g 1 2t 7 4 4 2 2 4 1 z 1 u g 2u b 2t 2 3 9 1 3 1 4 2y 1 1o c 3 7 6 k 1i 2 "
    "2 f 1 2 5 3 a 2 t 3 1m 7 2 2 2 2 a 1 a 2 t 3 1m 5 4 2 2 2 4 1 u 2 3 1 b 3 1m 8 1 3 1 2 l 2 m 3 4 3 1m 7 2 2 2 2 9 2 a "
    "2 u 1 1n 5 3 3 1 3 a 1 14 5 1l 7 1 3 1 3 8 2 b 2 t 3 1m 7 1 3 1 3 8 2 b 2 f 1 c 4 1m 7 1 3 1 3 a 1 a 2 t 3 23 6 1 1 1 "
    "8 i 2 1p 1 2 7 i 1 2r 1 2 6 1 2 g 1 4j j 9 b 1 10 32 c 1 1 2 4 n 4 4 3 1 3 2 7 3 4 d c 1 1 a 4 19w 2 u 2 u 2 u 2 1u j "
    "58 2 y 1 3a c 4 9 66 5 1l a 2 k 22 2 b 3 1d 5 1c f 1o 3 u 9 2 2 1l b 1e j bg y 1c1 1g 1rq w nsk 8 y 2 9u 1 8 1 n 5 2g "
    "2 1e g 1 1 1l 1 12 5 s c 19 4 1c c 11 1 1v e c 1 8 2 19 3 1e 1 1 3 2 2 5 1 18 5 5 1 6l 8 fn7 1 1nb 5 1ae 3 1 2 5 4 lw "
    "4 1t 1 8x 2 27 1 77 3 1h e 19 2 b 3 19 9 9 1 1p 3 10 c i 2 1l 3 1c d e 2 2k 9 2 1 6 1 2 1 4d a n 4 1m 7 2 2 2 2 a 1 a "
    "2 2c 9 1 1 2 1 1 4 1 2 2v d 1 3 2y i 6l 7 2 7 t 2 2a f 1 1 2y b 2v e 75 d 6v 6 1 2 2 2 3 1 1 1 3y 7 2 6 4 1 s a 16 5 "
    "1 4 i b 1a e bb 8 1 7 2b m 1 e 3e 6 3 1 1 2 1 3 1 1 3 1 1u 5 1 2 1 4 9o 4 9 2 1 1 1c 7 3 3 d0d h 2sg 1 1 1j 7 4 2l 2 "
    "f58 1 6zl 7 1 h 2 7 1 2 1 5 2s 1 1pz 1 1k8 q 6 q 6 q";

/// Uppercase, other than the category Lu.
inline constexpr std::string_view upper_beyond_letters =
    "6lc g na q 2ixs q 6 q 6 q";

/// Lowercase, other than the category Ll.
inline constexpr std::string_view lower_beyond_letters =
    "4q 1 f 1 dx 9 7 2 u 5 2o 1 1g 1 2o1 1 2en 1r d 1 y 11 j5 1 d 1 g d 5v g nk q 1hu 2 o4e 2 5u 1 3l 3 3 2 o2 4 9 1 i6u 1 "
    "2 3 1 16 1 9 16r9 1q";

/// \\w, other than Alphabetic and the categories M, Nd and Pc.
inline constexpr std::string_view word_beyond_alphabetic =
    "4y 2 5 1 2 3";

/// [[:punct:]] against the category P.
inline constexpr std::string_view posix_punctuation =
    "10 1 6 1 g 3 v 1 1 1 r 1 1 1 z 5 1 2 2 1 1 4 2 1 3 1 u 1 v 1 cq 4 c e 5 7 1 1 1 h 39 1 e 2 34 1 3v 1 7e 3 3a 3 2 1 2 "
    "2 5q 1 a 1 j 2 6v 1 7 2 3s 1 a1 2 6 2 6t 1 3i 1 3m 8 3o 1 5r 1 15 1 5h 1 5d 3 f 1 1 3 2 6 k 1 1 1 1 1 3p 8 1 6 1 2 5 "
    "4 5h 2 kw a k3 1 a5 1 9w 1 4d y 9t a 9 9 u8 1 1 3 b 3 d 3 d 3 d 2 1x 1 d 1 13 3 d 3 j x 1r 2 1 4 1 2 a 1 1 3 5 6 1 1 "
    "1 1 1 1 4 1 b 2 4 5 5 4 1 1 1m 2 4 ag 4 t 2 73 m b 29 26 m h4 18 1d 2 v a b7 m 1r 4 w 2 ae 2 w 1 2x 6d 6 9x 2 1a q 1 "
    "2h c 5y q g 4 1 d 2 c 1 l 2 6 2 2j 2 6r 2 4 a w 12 9 1 g v b u 8 1 f w a 13 f 8w 534 1s h3k 1j ft n 9 2 2v 2 4d 4 a 4 "
    "fx 3 69 1 e 2 fr1 1 3s h al g 3j 1 18 4 2q 1 1 3 2 1 4a 1 6 1 g 3 v 1 1 1 r 1 1 1 3l 7 1 7 d 2 8p 9 1l h 2 3 1 d 3 1 "
    "1b 19 1a2 2 gf 1 jp 2 1wv 1 1p1 t eve 4 5 1 g2e 1 31f 6o g c4 4c 38 1o 6u a 13 2 1o 5 3 m 2 7 u 4 1p l 1u 3 1 56 2f "
    "oa 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 1o e8 1j 4 1e 8 1 e 1 2 1c8 1 bz 1 1ws 1 3 1 3h 1 ch 2 7i 18 4 2s c f 2 f 1 "
    "f 1 11 n 4h 1k t d 18 4 9 7 2 e 6 4a rc 4 h 3 d 3 3b 4 2n 6 c 4 1 f c 4 1k 8 a 6 14 8 u 2 c 4 2 1q 9g c e 2 d 3 a 5 "
    "1k 7 f 2 b 6 9 7 43 1 2k";

/// White_Space.
inline constexpr std::string_view white_space =
    "9 5 i 1 2s 1 q 1 4bj 1 1vj b t 2 5 1 1b 1 334 1";

/// The script Arabic.
inline constexpr std::string_view script_arabic =
    "16o 5 1 6 1 e 1 3 1 w 1 a b q 1 30 1 y 28 1c 6o v 1 2 5 23 1 t 1bv4 37 g a3 2 28 2 1i 7 1 w g 34 5 1 3r 31f v 1v 3 1j "
    "4 181s 4 1 r 1 2 1 1 2 1 1 a 1 4 1 1 1 1 6 1 4 1 1 1 1 1 1 3 1 2 1 1 2 1 1 1 1 1 1 1 1 1 1 2 1 1 2 4 1 7 1 4 1 4 1 1 "
    "1 a 1 h 5 3 1 5 1 h 1g 2";

/// The script Armenian.
inline constexpr std::string_view script_armenian =
    "10x 12 2 1e 2 3 1chv 5";

/// The script Bengali.
inline constexpr std::string_view script_bengali =
    "1vk 4 1 8 2 2 2 m 1 7 1 1 3 4 2 9 2 2 2 4 8 1 4 2 1 5 2 p";

/// The script Bopomofo.
inline constexpr std::string_view script_bopomofo =
    "kq 2 93t 17 34 w";

/// The script Cyrillic.
inline constexpr std::string_view script_cyrillic =
    "sg 3p 2 4p 4ls b 4g 1 24 1 38n w nr4 2o ham 2 18n4 1q x 1";

/// The script Devanagari.
inline constexpr std::string_view script_devanagari =
    "1s0 29 4 f 2 q vhc w mio a";

/// The script Ethiopic.
inline constexpr std::string_view script_ethiopic =
    "3k0 21 1 4 2 7 1 1 1 4 2 15 1 4 2 x 1 4 2 7 1 1 1 4 2 f 1 1l 1 4 2 1v 2 w 3 q 546 n 9 7 1 7 1 7 1 7 1 7 1 7 1 7 1 7 "
    "opu 6 2 6 2 6 9 7 1 7 1qk1 7 1 4 1 2 1 f";

/// The script Georgian.
inline constexpr std::string_view script_georgian =
    "3a8 12 1 1 5 1 2 17 1 4 2a8 17 2 3 37k 12 1 1 5 1";

/// The script Greek.
inline constexpr std::string_view script_greek =
    "og 4 1 3 2 4 1 1 4 1 1 1 1 3 1 1 1 k 1 1r e g 4yu 5 1e 5 4 5 2c 1 8w m 2 6 2 12 2 6 2 8 1 1 1 1 1 1 1 v 2 1h 1 f 1 e "
    "2 6 1 j 2 3 1 9 87 1 rb2 1 gyi 27 h 1 155r 1y";

/// The script Gujarati.
inline constexpr std::string_view script_gujarati =
    "22p 3 1 9 1 3 1 m 1 7 1 2 1 5 2 a 1 3 1 3 2 1 f 4 2 c 7 7";

/// The script Gurmukhi.
inline constexpr std::string_view script_gurmukhi =
    "1z5 3 1 6 4 2 2 m 1 7 1 2 1 2 1 2 2 1 1 5 4 2 2 3 3 1 7 4 1 1 7 h";

/// The script Han.
inline constexpr std::string_view script_han =
    "96o q 1 2h c 5y 1b 1 1 1 p 9 e 4 qs 534 1s g74 hkw a6 2 2y n48 2 c 2 sge wyo w 37e 6 66 2 4g2 e 5rl f ha 1wi f2 15u "
    "3t7 5 38g";

/// The script Hangul.
inline constexpr std::string_view script_hangul =
    "3cw 74 5ym 2 75 2m 35 v 1t v nhd t hv 8mc c n 4 1d 7tw v 3 6 2 6 2 6 2 3";

/// The script Hebrew.
inline constexpr std::string_view script_hebrew =
    "13l 1j 8 r 4 6 1cfc q 1 5 1 1 1 2 1 2 1 a";

/// The script Hiragana.
inline constexpr std::string_view script_hiragana =
    "9j5 2e 6 3 23q9 7z i 1 t 3 crx 1";

/// The script Kannada.
inline constexpr std::string_view script_kannada =
    "2gw d 1 3 1 n 1 a 1 5 2 9 1 3 1 4 7 2 6 2 1 4 2 a 1 3";

/// The script Katakana.
inline constexpr std::string_view script_katakana =
    "9lt 2i 2 3 6o g 5s 1b 1 2g 14b2 a 1 19 ytu 4 1 7 1 2 1 1 7z 3 1e 1 e 4";

/// The script Khmer.
inline constexpr std::string_view script_khmer =
    "4n4 2m 2 a 6 a di w";

/// The script Lao.
inline constexpr std::string_view script_lao =
    "2v5 2 1 1 1 5 1 o 1 1 1 n 2 5 1 1 1 7 1 a 2 4";

/// The script Latin.
inline constexpr std::string_view script_latin =
    "1t q 6 q 1b 1 f 1 5 n 1 v 1 ch 13 5 55n 12 6 1d 5 4 5 d 1 1y 1t 74 a9 1 d 1 g d 3x 2 6 1 r 1 h 15 253 w o82 2u 3 1v 2 "
    "2 1 1 1 8 l e mo 17 1 9 1 4 fpy 7 t6 q 6 q 1lx 6 1 16 1 9 16it v 6 6";

/// The script Malayalam.
inline constexpr std::string_view script_malayalam =
    "2kg d 1 3 1 1f 1 3 1 6 4 g 2 q";

/// The script Mongolian.
inline constexpr std::string_view script_mongolian =
    "4qo 2 2 1 1 k 6 2h 7 17 1e45 d";

/// The script Myanmar.
inline constexpr std::string_view script_myanmar =
    "35s 4g u9s v 2p w le8 k";

/// The script Oriya.
inline constexpr std::string_view script_oriya =
    "269 3 1 8 2 2 2 m 1 7 1 2 1 5 2 9 2 2 2 3 7 3 4 2 1 5 2 i";

/// The script Sinhala.
inline constexpr std::string_view script_sinhala =
    "2o1 3 1 i 3 o 1 9 1 1 2 7 3 1 4 6 1 1 1 8 6 a 2 3 1fcc k";

/// The script Tamil.
inline constexpr std::string_view script_tamil =
    "29u 2 1 6 3 3 1 4 3 2 1 1 1 2 3 2 3 3 3 c 4 5 3 3 1 4 2 1 6 1 e l 1ih1 1e d 1";

/// The script Telugu.
inline constexpr std::string_view script_telugu =
    "2dc d 1 3 1 n 1 g 2 9 1 3 1 4 7 2 1 3 2 1 2 4 2 a 7 9";

/// The script Thai.
inline constexpr std::string_view script_thai =
    "2rl 1m 5 s";

/// The script Tibetan.
inline constexpr std::string_view script_tibetan =
    "2yo 20 1 10 4 13 1 10 1 f 1 7 4 2";

/// The script Common.
inline constexpr std::string_view script_common =
    "0 1t q 6 q 1b 1 f 1 5 n 1 v 1 ch 13 5 5 2 k 38 1 9 1 6 1 1 1 hp 1 6 1 e 1 3 1 w 1 4c 1 ec 1 3l 2 yh 1 b9 4 82 1 167 3 "
    "1z 2 5n 2 1 1 y5 1 d 1 7 4 1 6 1 3 2 1 lh c 2 2f 1 b 3 b 1 f h x 1r 12 1 3 2 6 1 r 1 h 15 3 4 ii m b l ps 74 hg 2 w 1 "
    "2x e8 2m b6 l 1 1 1 p f 8 4 4 2j 2 3 1 2i 2 43 g w 12 9 1 1c 1s v 29 1b 1 2g 4o 534 1s hkw y 2u 3 4l a 6s 1 4g 1 az 1 "
    "e 2 g5u 2 5s a m z 1 j 1 4 43 1 1 w q 6 q b a 1 19 2 1s 7 1 7 a 5 76 3 4 19 3 9 28 d 1f 19 6c r 10o4 4 318 6y 6 c4 4c "
    "38 1o 6u a 13 2 1q 3 h 8 2 7 u 4 1p 5x k c k c 2f 9 p 3r 2d 1 1z 1 2 2 1 2 2 2 4 1 c 1 1 1 7 1 1t 1 4 2 8 1 7 1 s 1 4 "
    "1 5 1 1 3 7 1 9g 2 84 2 1e 41d 1w 24 1p jm 18 4 2s c f 2 f 1 f 1 11 a 4u 1k q 1 2 d 18 4 9 7 2 e 6 4a rc 4 h 3 d 3 3b "
    "4 2n 6 c 4 1 f c 4 1k 8 a 6 14 8 u 2 c 4 2 1q 9g c e 2 d 3 a 5 1k 7 f 2 b 6 9 7 43 1 2u gvlz 1 u 2o";

/// The script Inherited.
inline constexpr std::string_view script_inherited =
    "lc 34 7p 2 ck b q 1 kg 4 3ff v e9 3 1 d 1 7 4 1 6 1 3 2 5i 1s ek 2 5e x 309 4 2z 2 14kl g g e r3 1 6a 1 38a 1 1138 1a "
    "2 n f4 3 h 8 2 7 u 4 h45u 6o";

/// char::is_numeric of Rust against the category N.
inline constexpr std::string_view rust_numeric =
    "1kgw a g7e 3";

/// The crate unicode_categories against the category P and ASCII's punctuation.
inline constexpr std::string_view rust_punctuation =
    "17h 1 rj 1 3c 1 e8 1 c 1 1yg 1 yo 2 19 3 3pf d 2 c 1828 1 8u 1 4n 5 18 4 fz 1 ei 2 1 2 36 5 a 2 1 1 ea d 24 1 ap 1 7c "
    "3 4b 1 2k 8 2b 3 1 5 2l a 5z 1 2n 5 16 2 hx 2 22 d 4v 1 35d 2 c56 3 87 4 93 1 nbw 1 ny 2";

/// \\w of Rust's regular expressions against Oniguruma's.
inline constexpr std::string_view rust_word =
    "4y 2 5 1 2 3 66l 2";

/// The crate unicode-normalization against the category M.
inline constexpr std::string_view combining_marks =
    "1kt 1 49 9 16 a 8a 1 6z 6 2d 1 4u 1 1j 1 52 1 c 1 1m 2 1w 1 8o 1 j 1 1mu 1 6x 1 j3 g f7 2 3 1 72 5 rap 1 5u 1 js4 4 "
    "1t 5 8t 2 27 4 1y b 1d 4 6i 1 2 2 25 1 3m 2 3m 1 4 2 35 1 6x 1 3g 9 1 1 2 1 1 4 1 5 1 1 e 2 3f 1 r1 f 6t 6 1 2 2 4 1 "
    "1 1 2 3x 7 2 7 3 1 s a 14 7 1 4 8 1 9 b 1a g if 6 3 1 1 2 1 7 1 1 1u 5 1 2 1 5 9n 4 9 2 1 1 1c 7 3 5 n 1 44l 1 6 f "
    "8ug i 2sf 1 1b 9 2k 1 b 2 iry 1a 2 n 3ew 1 4g 7 af 1 1p 4 e4 4 72 2";

/// Characters that equal several others when case is ignored.
inline constexpr std::string_view several_when_folded =
    "67 1 28 1 o 1 4m 1 bj 1 v 1 d2 1 4y6 5 3 1 4x 1 1 1 1 1 1 1 15 1c 2 3 1 2 4 1 5 3 1 2 4 1 5 2 2 2 a 3 1 2 a 3 1 2 4 1 "
    "179f 7 c 5";

/// Characters that equal a smaller one when case is ignored.
inline constexpr std::string_view case_classes =
    "2p:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f "
    "1:2g 1:2h 1:2i 2u:5c 1:5d 1:5e 1:5f 1:5g 1:5h 1:5i 1:5j 1:5k 1:5l 1:5m 1:5n 1:5o 1:5p 1:5q 1:5r 1:5s 1:5t 1:5u 1:5v "
    "1:5w 1:5x 1:5y 2:60 1:61 1:62 1:63 1:64 1:65 1:66 3:74 2:76 2:78 2:7a 2:7c 2:7e 2:7g 2:7i 2:7k 2:7m 2:7o 2:7q 2:7s "
    "2:7u 2:7w 2:7y 2:80 2:82 2:84 2:86 2:88 2:8a 2:8c 2:8e 4:8i 2:8k 2:8m 3:8p 2:8r 2:8t 2:8v 2:8x 2:8z 2:91 2:93 3:96 "
    "2:98 2:9a 2:9c 2:9e 2:9g 2:9i 2:9k 2:9m 2:9o 2:9q 2:9s 2:9u 2:9w 2:9y 2:a0 2:a2 2:a4 2:a6 2:a8 2:aa 2:ac 2:ae 1:73 "
    "2:ah 2:aj 2:al 1:2b 4:aq 2:as 3:av 4:az 6:b5 7:bc 8:bk 2:bm 2:bo 3:br 5:bw 3:bz 4:c3 2:c5 3:c8 4:cc 8:ck 1:ck 2:cn "
    "1:cn 2:cq 1:cq 2:ct 2:cv 2:cx 2:cz 2:d1 2:d3 2:d5 2:d7 1:b2 2:da 2:dc 2:de 2:dg 2:di 2:dk 2:dm 2:do 2:dq 3:dt 1:dt "
    "2:dw 1:b9 1:cf 2:e0 2:e2 2:e4 2:e6 2:e8 2:ea 2:ec 2:ee 2:eg 2:ei 2:ek 2:em 2:eo 2:eq 2:es 2:eu 2:ew 2:ey 2:f0 2:f2 "
    "1:bi 3:f6 2:f8 2:fa 2:fc 2:fe 2:fg 2:fi 2:fk 2:fm 9:fv 1:be 5:g1 1:ao 4:g6 2:g8 2:ga 2:gc 2:ge 4:ap 1:au 2:ax 1:ay "
    "2:b3 2:b4 5:b7 3:b8 5:bb 1:ba 6:bg 3:bh 3:bj b:bq 3:bt 5:by 1:g4 1:c1 1:c2 1:g5 6:c7 67:og 2:oi 4:om y:n9 3:51 g:p2 "
    "1:p4 1:p5 1:p6 2:pd 1:pe 1:pf 1:pg 1:ph 1:pi 1:pj 1:pk 1:n9 1:pm 1:pn 1:51 1:pp 1:pq 1:pr 1:ps 1:pt 1:pv 1:pv 1:pw "
    "1:px 1:py 1:pz 1:q0 1:q1 1:q2 1:q3 1:p8 1:pa 1:pb 2:pe 1:pk 4:py 1:ps 1:r3 2:rc 2:re 2:rg 2:ri 2:rk 2:rm 2:ro 2:rq "
    "2:rs 2:ru 2:rw 2:ry 1:pm 1:pt 2:ov 1:pk 1:ph 3:s7 1:s2 2:sa 2:or 1:os 1:ot 1d:sw 1:sx 1:sy 1:sz 1:t0 1:t1 1:t2 1:t3 "
    "1:t4 1:t5 1:t6 1:t7 1:t8 1:t9 1:ta 1:tb 1:tc 1:td 1:te 1:tf 1:tg 1:th 1:ti 1:tj 1:tk 1:tl 1:tm 1:tn 1:to 1:tp 1:tq "
    "1:tr 1:sg 1:sh 1:si 1:sj 1:sk 1:sl 1:sm 1:sn 1:so 1:sp 1:sq 1:sr 1:ss 1:st 1:su 1:sv 2:v4 2:v6 2:v8 2:va 2:vc 2:ve "
    "2:vg 2:vi 2:vk 2:vm 2:vo 2:vq 2:vs 2:vu 2:vw 2:vy 2:w0 a:wa 2:wc 2:we 2:wg 2:wi 2:wk 2:wm 2:wo 2:wq 2:ws 2:wu 2:ww "
    "2:wy 2:x0 2:x2 2:x4 2:x6 2:x8 2:xa 2:xc 2:xe 2:xg 2:xi 2:xk 2:xm 2:xo 2:xq 3:xt 2:xv 2:xx 2:xz 2:y1 2:y3 2:y5 1:xs "
    "2:y8 2:ya 2:yc 2:ye 2:yg 2:yi 2:yk 2:ym 2:yo 2:yq 2:ys 2:yu 2:yw 2:yy 2:z0 2:z2 2:z4 2:z6 2:z8 2:za 2:zc 2:ze 2:zg "
    "2:zi 2:zk 2:zm 2:zo 2:zq 2:zs 2:zu 2:zw 2:zy 2:100 2:102 2:104 2:106 2:108 2:10a 2:10c 2:10e 2:10g 2:10i 2:10k 2:10m "
    "2:10o 2:10q 2:10s 2:10u 1e:10x 1:10y 1:10z 1:110 1:111 1:112 1:113 1:114 1:115 1:116 1:117 1:118 1:119 1:11a 1:11b "
    "1:11c 1:11d 1:11e 1:11f 1:11g 1:11h 1:11i 1:11j 1:11k 1:11l 1:11m 1:11n 1:11o 1:11p 1:11q 1:11r 1:11s 1:11t 1:11u "
    "1:11v 1:11w 1:11x 1:11y 2uq:3xs 1:3xt 1:3xu 1:3xv 1:3xw 1:3xx 1oj:sy 1:t0 1:ta 1:td 1:te 1:te 1:tm 1:v6 3:5mx 6:3bk "
    "1:3bl 1:3bm 1:3bn 1:3bo 1:3bp 1:3bq 1:3br 1:3bs 1:3bt 1:3bu 1:3bv 1:3bw 1:3bx 1:3by 1:3bz 1:3c0 1:3c1 1:3c2 1:3c3 "
    "1:3c4 1:3c5 1:3c6 1:3c7 1:3c8 1:3c9 1:3ca 1:3cb 1:3cc 1:3cd 1:3ce 1:3cf 1:3cg 1:3ch 1:3ci 1:3cj 1:3ck 1:3cl 1:3cm "
    "1:3cn 1:3co 1:3cp 1:3cq 3:3ct 1:3cu 1:3cv 8y:5xc 2:5xe 2:5xg 2:5xi 2:5xk 2:5xm 2:5xo 2:5xq 2:5xs 2:5xu 2:5xw 2:5xy "
    "2:5y0 2:5y2 2:5y4 2:5y6 2:5y8 2:5ya 2:5yc 2:5ye 2:5yg 2:5yi 2:5yk 2:5ym 2:5yo 2:5yq 2:5ys 2:5yu 2:5yw 2:5yy 2:5z0 "
    "2:5z2 2:5z4 2:5z6 2:5z8 2:5za 2:5zc 2:5ze 2:5zg 2:5zi 2:5zk 2:5zm 2:5zo 2:5zq 2:5zs 2:5zu 2:5zw 2:5zy 2:600 2:602 "
    "2:604 2:606 2:608 2:60a 2:60c 2:60e 2:60g 2:60i 2:60k 2:60m 2:60o 2:60q 2:60s 2:60u 2:60w 2:60y 2:610 2:612 2:614 "
    "2:616 2:618 2:61a 2:61c 2:61e 2:61g 6:600 3:67 3:61s 2:61u 2:61w 2:61y 2:620 2:622 2:624 2:626 2:628 2:62a 2:62c "
    "2:62e 2:62g 2:62i 2:62k 2:62m 2:62o 2:62q 2:62s 2:62u 2:62w 2:62y 2:630 2:632 2:634 2:636 2:638 2:63a 2:63c 2:63e "
    "2:63g 2:63i 2:63k 2:63m 2:63o 2:63q 2:63s 2:63u 2:63w 2:63y 2:640 2:642 2:644 2:646 2:648 2:64a 2:64c 2:64e 9:64g "
    "1:64h 1:64i 1:64j 1:64k 1:64l 1:64m 1:64n 9:64w 1:64x 1:64y 1:64z 1:650 1:651 b:65c 1:65d 1:65e 1:65f 1:65g 1:65h "
    "1:65i 1:65j 9:65s 1:65t 1:65u 1:65v 1:65w 1:65x 1:65y 1:65z 9:668 1:669 1:66a 1:66b 1:66c 1:66d c:66p 2:66r 2:66t "
    "2:66v 9:674 1:675 1:676 1:677 1:678 1:679 1:67a 1:67b p:680 1:681 1:682 1:683 1:684 1:685 1:686 1:687 9:68g 1:68h "
    "1:68i 1:68j 1:68k 1:68l 1:68m 1:68n 9:68w 1:68x 1:68y 1:68z 1:690 1:691 1:692 1:693 9:69c 1:69d 1:67k 1:67l 1:69f "
    "2:n9 a:67m 1:67n 1:67o 1:67p 1:69v 7:pc 5:6a8 1:6a9 1:67q 1:67r 8:q8 5:6ao 1:6ap 1:67u 1:67v 1:6at c:67s 1:67t 1:67w "
    "1:67x 1:6b7 8a:q1 4:23 1:5h z:6k2 y:6lc 1:6ld 1:6le 1:6lf 1:6lg 1:6lh 1:6li 1:6lj 1:6lk 1:6ll 1:6lm 1:6ln 1:6lo 1:6lp "
    "1:6lq 1:6lr 5:6mb ng:792 1:793 1:794 1:795 1:796 1:797 1:798 1:799 1:79a 1:79b 1:79c 1:79d 1:79e 1:79f 1:79g 1:79h "
    "1:79i 1:79j 1:79k 1:79l 1:79m 1:79n 1:79o 1:79p 1:79q 1:79r 1fr:8ow 1:8ox 1:8oy 1:8oz 1:8p0 1:8p1 1:8p2 1:8p3 1:8p4 "
    "1:8p5 1:8p6 1:8p7 1:8p8 1:8p9 1:8pa 1:8pb 1:8pc 1:8pd 1:8pe 1:8pf 1:8pg 1:8ph 1:8pi 1:8pj 1:8pk 1:8pl 1:8pm 1:8pn "
    "1:8po 1:8pp 1:8pq 1:8pr 1:8ps 1:8pt 1:8pu 1:8pv 1:8pw 1:8px 1:8py 1:8pz 1:8q0 1:8q1 1:8q2 1:8q3 1:8q4 1:8q5 1:8q6 "
    "1:8q7 2:8rk 1:h7 1:5tp 1:hp 1:fu 1:fy 2:8rr 2:8rt 2:8rv 1:gh 1:hd 1:gg 1:gi 3:8s2 3:8s5 8:fz 1:g0 2:8sg 2:8si 2:8sk "
    "2:8sm 2:8so 2:8sq 2:8ss 2:8su 2:8sw 2:8sy 2:8t0 2:8t2 2:8t4 2:8t6 2:8t8 2:8ta 2:8tc 2:8te 2:8tg 2:8ti 2:8tk 2:8tm "
    "2:8to 2:8tq 2:8ts 2:8tu 2:8tw 2:8ty 2:8u0 2:8u2 2:8u4 2:8u6 2:8u8 2:8ua 2:8uc 2:8ue 2:8ug 2:8ui 2:8uk 2:8um 2:8uo "
    "2:8uq 2:8us 2:8uu 2:8uw 2:8uy 2:8v0 2:8v2 2:8v4 2:8v6 9:8vf 2:8vh 5:8vm d:3a8 1:3a9 1:3aa 1:3ab 1:3ac 1:3ad 1:3ae "
    "1:3af 1:3ag 1:3ah 1:3ai 1:3aj 1:3ak 1:3al 1:3am 1:3an 1:3ao 1:3ap 1:3aq 1:3ar 1:3as 1:3at 1:3au 1:3av 1:3aw 1:3ax "
    "1:3ay 1:3az 1:3b0 1:3b1 1:3b2 1:3b3 1:3b4 1:3b5 1:3b6 1:3b7 1:3b8 1:3b9 2:3bb 6:3bh nx0:wu8 2:wua 2:wuc 2:wue 2:wug "
    "1:5mw 1:5mw 2:wuk 2:wum 2:wuo 2:wuq 2:wus 2:wuu 2:wuw 2:wuy 2:wv0 2:wv2 2:wv4 2:wv6 2:wv8 2:wva 2:wvc 2:wve 2:wvg "
    "k:ww0 2:ww2 2:ww4 2:ww6 2:ww8 2:wwa 2:wwc 2:wwe 2:wwg 2:wwi 2:wwk 2:wwm 2:wwo 2:wwq 3s:x0i 2:x0k 2:x0m 2:x0o 2:x0q "
    "2:x0s 2:x0u 4:x0y 2:x10 2:x12 2:x14 2:x16 2:x18 2:x1a 2:x1c 2:x1e 2:x1g 2:x1i 2:x1k 2:x1m 2:x1o 2:x1q 2:x1s 2:x1u "
    "2:x1w 2:x1y 2:x20 2:x22 2:x24 2:x26 2:x28 2:x2a 2:x2c 2:x2e 2:x2g 2:x2i 2:x2k 2:x2m b:x2x 2:x2z 1:5tl 2:x32 2:x34 "
    "2:x36 2:x38 2:x3a 5:x3f 1:h1 4:x3k 2:x3m 4:x3q 2:x3s 2:x3u 2:x3w 2:x3y 2:x40 2:x42 2:x44 2:x46 2:x48 1:h2 1:gs 1:gx "
    "1:h8 1:h6 2:im 1:hz 1:il 3:x4k 2:x4m 2:x4o 2:x4q 2:x4s 2:x4u 2:x4w 2:x4y 1:x3o 1:hu 1:5u6 2:x53 2:x55 1:h0 2:x58 "
    "4:x5c 6:x5i 2:x5k 2:x5m 1:bf q:x6d nx:x4j t:3vk 1:3vl 1:3vm 1:3vn 1:3vo 1:3vp 1:3vq 1:3vr 1:3vs 1:3vt 1:3vu 1:3vv "
    "1:3vw 1:3vx 1:3vy 1:3vz 1:3w0 1:3w1 1:3w2 1:3w3 1:3w4 1:3w5 1:3w6 1:3w7 1:3w8 1:3w9 1:3wa 1:3wb 1:3wc 1:3wd 1:3we "
    "1:3wf 1:3wg 1:3wh 1:3wi 1:3wj 1:3wk 1:3wl 1:3wm 1:3wn 1:3wo 1:3wp 1:3wq 1:3wr 1:3ws 1:3wt 1:3wu 1:3wv 1:3ww 1:3wx "
    "1:3wy 1:3wz 1:3x0 1:3x1 1:3x2 1:3x3 1:3x4 1:3x5 1:3x6 1:3x7 1:3x8 1:3x9 1:3xa 1:3xb 1:3xc 1:3xd 1:3xe 1:3xf 1:3xg "
    "1:3xh 1:3xi 1:3xj 1:3xk 1:3xl 1:3xm 1:3xn 1:3xo 1:3xp 1:3xq 1:3xr fnr:1dl1 u3:1ee9 1:1eea 1:1eeb 1:1eec 1:1eed 1:1eee "
    "1:1eef 1:1eeg 1:1eeh 1:1eei 1:1eej 1:1eek 1:1eel 1:1eem 1:1een 1:1eeo 1:1eep 1:1eeq 1:1eer 1:1ees 1:1eet 1:1eeu "
    "1:1eev 1:1eew 1:1eex 1:1eey y6:1fcw 1:1fcx 1:1fcy 1:1fcz 1:1fd0 1:1fd1 1:1fd2 1:1fd3 1:1fd4 1:1fd5 1:1fd6 1:1fd7 "
    "1:1fd8 1:1fd9 1:1fda 1:1fdb 1:1fdc 1:1fdd 1:1fde 1:1fdf 1:1fdg 1:1fdh 1:1fdi 1:1fdj 1:1fdk 1:1fdl 1:1fdm 1:1fdn "
    "1:1fdo 1:1fdp 1:1fdq 1:1fdr 1:1fds 1:1fdt 1:1fdu 1:1fdv 1:1fdw 1:1fdx 1:1fdy 1:1fdz 3t:1fhs 1:1fht 1:1fhu 1:1fhv "
    "1:1fhw 1:1fhx 1:1fhy 1:1fhz 1:1fi0 1:1fi1 1:1fi2 1:1fi3 1:1fi4 1:1fi5 1:1fi6 1:1fi7 1:1fi8 1:1fi9 1:1fia 1:1fib "
    "1:1fic 1:1fid 1:1fie 1:1fif 1:1fig 1:1fih 1:1fii 1:1fij 1:1fik 1:1fil 1:1fim 1:1fin 1:1fio 1:1fip 1:1fiq 1:1fir "
    "4c:1fn4 1:1fn5 1:1fn6 1:1fn7 1:1fn8 1:1fn9 1:1fna 1:1fnb 1:1fnc 1:1fnd 1:1fne 2:1fng 1:1fnh 1:1fni 1:1fnj 1:1fnk "
    "1:1fnl 1:1fnm 1:1fnn 1:1fno 1:1fnp 1:1fnq 1:1fnr 1:1fns 1:1fnt 1:1fnu 2:1fnw 1:1fnx 1:1fny 1:1fnz 1:1fo0 1:1fo1 "
    "1:1fo2 2:1fo4 1:1fo5 1dw:1h1c 1:1h1d 1:1h1e 1:1h1f 1:1h1g 1:1h1h 1:1h1i 1:1h1j 1:1h1k 1:1h1l 1:1h1m 1:1h1n 1:1h1o "
    "1:1h1p 1:1h1q 1:1h1r 1:1h1s 1:1h1t 1:1h1u 1:1h1v 1:1h1w 1:1h1x 1:1h1y 1:1h1z 1:1h20 1:1h21 1:1h22 1:1h23 1:1h24 "
    "1:1h25 1:1h26 1:1h27 1:1h28 1:1h29 1:1h2a 1:1h2b 1:1h2c 1:1h2d 1:1h2e 1:1h2f 1:1h2g 1:1h2h 1:1h2i 1:1h2j 1:1h2k "
    "1:1h2l 1:1h2m 1:1h2n 1:1h2o 1:1h2p 1:1h2q 3i:1h74 1:1h75 1:1h76 1:1h77 1:1h78 1:1h79 1:1h7a 1:1h7b 1:1h7c 1:1h7d "
    "1:1h7e 1:1h7f 1:1h7g 1:1h7h 1:1h7i 1:1h7j 1:1h7k 1:1h7l 1:1h7m 1:1h7n 1:1h7o 1:1h7p 27v:1jfk 1:1jfl 1:1jfm 1:1jfn "
    "1:1jfo 1:1jfp 1:1jfq 1:1jfr 1:1jfs 1:1jft 1:1jfu 1:1jfv 1:1jfw 1:1jfx 1:1jfy 1:1jfz 1:1jg0 1:1jg1 1:1jg2 1:1jg3 "
    "1:1jg4 1:1jg5 1:1jg6 1:1jg7 1:1jg8 1:1jg9 1:1jga 1:1jgb 1:1jgc 1:1jgd 1:1jge 1:1jgf gw1:20cg 1:20ch 1:20ci 1:20cj "
    "1:20ck 1:20cl 1:20cm 1:20cn 1:20co 1:20cp 1:20cq 1:20cr 1:20cs 1:20ct 1:20cu 1:20cv 1:20cw 1:20cx 1:20cy 1:20cz "
    "1:20d0 1:20d1 1:20d2 1:20d3 1:20d4 1:20d5 1:20d6 1:20d7 1:20d8 1:20d9 1:20da 1:20db o83:2olc 1:2old 1:2ole 1:2olf "
    "1:2olg 1:2olh 1:2oli 1:2olj 1:2olk 1:2oll 1:2olm 1:2oln 1:2olo 1:2olp 1:2olq 1:2olr 1:2ols 1:2olt 1:2olu 1:2olv "
    "1:2olw 1:2olx 1:2oly 1:2olz 1:2om0 1:2om1 1:2om2 1:2om3 1:2om4 1:2om5 1:2om6 1:2om7 1:2om8 1:2om9";

/// Lower case, by Rust.
inline constexpr std::string_view lower_case =
    "1t:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b "
    "1:3c 1:3d 1:3e 2u:68 1:69 1:6a 1:6b 1:6c 1:6d 1:6e 1:6f 1:6g 1:6h 1:6i 1:6j 1:6k 1:6l 1:6m 1:6n 1:6o 1:6p 1:6q 1:6r "
    "1:6s 1:6t 1:6u 2:6w 1:6x 1:6y 1:6z 1:70 1:71 1:72 y:75 2:77 2:79 2:7b 2:7d 2:7f 2:7h 2:7j 2:7l 2:7n 2:7p 2:7r 2:7t "
    "2:7v 2:7x 2:7z 2:81 2:83 2:85 2:87 2:89 2:8b 2:8d 2:8f 2:2x.lj 2:8j 2:8l 2:8n 3:8q 2:8s 2:8u 2:8w 2:8y 2:90 2:92 2:94 "
    "3:97 2:99 2:9b 2:9d 2:9f 2:9h 2:9j 2:9l 2:9n 2:9p 2:9r 2:9t 2:9v 2:9x 2:9z 2:a1 2:a3 2:a5 2:a7 2:a9 2:ab 2:ad 2:af "
    "2:73 1:ai 2:ak 2:am 4:gj 1:ar 2:at 2:gk 1:aw 2:gm 1:gn 1:b0 3:d9 1:gp 1:gr 1:b6 2:gw 1:gz 2:h5 1:h4 1:bd 4:hb 1:he "
    "2:hh 1:bl 2:bn 2:bp 2:hs 1:bs 2:hv 3:bx 2:i0 1:c0 2:i2 1:i3 1:c4 2:c6 2:ia 1:c9 4:cd 8:cm 1:cm 2:cp 1:cp 2:cs 1:cs "
    "2:cu 2:cw 2:cy 2:d0 2:d2 2:d4 2:d6 2:d8 3:db 2:dd 2:df 2:dh 2:dj 2:dl 2:dn 2:dp 2:dr 3:dv 1:dv 2:dx 2:b9 1:cf 1:e1 "
    "2:e3 2:e5 2:e7 2:e9 2:eb 2:ed 2:ef 2:eh 2:ej 2:el 2:en 2:ep 2:er 2:et 2:ev 2:ex 2:ez 2:f1 2:f3 2:bi 2:f7 2:f9 2:fb "
    "2:fd 2:ff 2:fh 2:fj 2:fl 2:fn 8:8rp 1:fw 2:be 1:8rq 3:g2 2:ao 1:i1 1:i4 1:g7 2:g9 2:gb 2:gd 2:gf 82:oh 2:oj 4:on 9:s3 "
    "7:q4 2:q5 1:q6 1:q7 2:r0 2:r1 1:r2 2:q9 1:qa 1:qb 1:qc 1:qd 1:qe 1:qf 1:qg 1:qh 1:qi 1:qj 1:qk 1:ql 1:qm 1:qn 1:qo "
    "1:qp 2:qr 1:qs 1:qt 1:qu 1:qv 1:qw 1:qx 1:qy 1:qz 10:rb 9:rd 2:rf 2:rh 2:rj 2:rl 2:rn 2:rp 2:rr 2:rt 2:rv 2:rx 2:rz "
    "6:qg 3:s8 2:s2 1:sb 3:or 1:os 1:ot 1:uo 1:up 1:uq 1:ur 1:us 1:ut 1:uu 1:uv 1:uw 1:ux 1:uy 1:uz 1:v0 1:v1 1:v2 1:v3 "
    "1:ts 1:tt 1:tu 1:tv 1:tw 1:tx 1:ty 1:tz 1:u0 1:u1 1:u2 1:u3 1:u4 1:u5 1:u6 1:u7 1:u8 1:u9 1:ua 1:ub 1:uc 1:ud 1:ue "
    "1:uf 1:ug 1:uh 1:ui 1:uj 1:uk 1:ul 1:um 1:un 1d:v5 2:v7 2:v9 2:vb 2:vd 2:vf 2:vh 2:vj 2:vl 2:vn 2:vp 2:vr 2:vt 2:vv "
    "2:vx 2:vz 2:w1 a:wb 2:wd 2:wf 2:wh 2:wj 2:wl 2:wn 2:wp 2:wr 2:wt 2:wv 2:wx 2:wz 2:x1 2:x3 2:x5 2:x7 2:x9 2:xb 2:xd "
    "2:xf 2:xh 2:xj 2:xl 2:xn 2:xp 2:xr 2:y7 1:xu 2:xw 2:xy 2:y0 2:y2 2:y4 2:y6 3:y9 2:yb 2:yd 2:yf 2:yh 2:yj 2:yl 2:yn "
    "2:yp 2:yr 2:yt 2:yv 2:yx 2:yz 2:z1 2:z3 2:z5 2:z7 2:z9 2:zb 2:zd 2:zf 2:zh 2:zj 2:zl 2:zn 2:zp 2:zr 2:zt 2:zv 2:zx "
    "2:zz 2:101 2:103 2:105 2:107 2:109 2:10b 2:10d 2:10f 2:10h 2:10j 2:10l 2:10n 2:10p 2:10r 2:10t 2:10v 3:129 1:12a "
    "1:12b 1:12c 1:12d 1:12e 1:12f 1:12g 1:12h 1:12i 1:12j 1:12k 1:12l 1:12m 1:12n 1:12o 1:12p 1:12q 1:12r 1:12s 1:12t "
    "1:12u 1:12v 1:12w 1:12x 1:12y 1:12z 1:130 1:131 1:132 1:133 1:134 1:135 1:136 1:137 1:138 1:139 1:13a 28a:8w0 1:8w1 "
    "1:8w2 1:8w3 1:8w4 1:8w5 1:8w6 1:8w7 1:8w8 1:8w9 1:8wa 1:8wb 1:8wc 1:8wd 1:8we 1:8wf 1:8wg 1:8wh 1:8wi 1:8wj 1:8wk "
    "1:8wl 1:8wm 1:8wn 1:8wo 1:8wp 1:8wq 1:8wr 1:8ws 1:8wt 1:8wu 1:8wv 1:8ww 1:8wx 1:8wy 1:8wz 1:8x0 1:8x1 2:8x3 6:8x9 "
    "k3:xv4 1:xv5 1:xv6 1:xv7 1:xv8 1:xv9 1:xva 1:xvb 1:xvc 1:xvd 1:xve 1:xvf 1:xvg 1:xvh 1:xvi 1:xvj 1:xvk 1:xvl 1:xvm "
    "1:xvn 1:xvo 1:xvp 1:xvq 1:xvr 1:xvs 1:xvt 1:xvu 1:xvv 1:xvw 1:xvx 1:xvy 1:xvz 1:xw0 1:xw1 1:xw2 1:xw3 1:xw4 1:xw5 "
    "1:xw6 1:xw7 1:xw8 1:xw9 1:xwa 1:xwb 1:xwc 1:xwd 1:xwe 1:xwf 1:xwg 1:xwh 1:xwi 1:xwj 1:xwk 1:xwl 1:xwm 1:xwn 1:xwo "
    "1:xwp 1:xwq 1:xwr 1:xws 1:xwt 1:xwu 1:xwv 1:xww 1:xwx 1:xwy 1:xwz 1:xx0 1:xx1 1:xx2 1:xx3 1:xx4 1:xx5 1:xx6 1:xx7 "
    "1:xx8 1:xx9 1:xxa 1:xxb 1:3y0 1:3y1 1:3y2 1:3y3 1:3y4 1:3y5 1p0:5my 7:3bk 1:3bl 1:3bm 1:3bn 1:3bo 1:3bp 1:3bq 1:3br "
    "1:3bs 1:3bt 1:3bu 1:3bv 1:3bw 1:3bx 1:3by 1:3bz 1:3c0 1:3c1 1:3c2 1:3c3 1:3c4 1:3c5 1:3c6 1:3c7 1:3c8 1:3c9 1:3ca "
    "1:3cb 1:3cc 1:3cd 1:3ce 1:3cf 1:3cg 1:3ch 1:3ci 1:3cj 1:3ck 1:3cl 1:3cm 1:3cn 1:3co 1:3cp 1:3cq 3:3ct 1:3cu 1:3cv "
    "8x:5xd 2:5xf 2:5xh 2:5xj 2:5xl 2:5xn 2:5xp 2:5xr 2:5xt 2:5xv 2:5xx 2:5xz 2:5y1 2:5y3 2:5y5 2:5y7 2:5y9 2:5yb 2:5yd "
    "2:5yf 2:5yh 2:5yj 2:5yl 2:5yn 2:5yp 2:5yr 2:5yt 2:5yv 2:5yx 2:5yz 2:5z1 2:5z3 2:5z5 2:5z7 2:5z9 2:5zb 2:5zd 2:5zf "
    "2:5zh 2:5zj 2:5zl 2:5zn 2:5zp 2:5zr 2:5zt 2:5zv 2:5zx 2:5zz 2:601 2:603 2:605 2:607 2:609 2:60b 2:60d 2:60f 2:60h "
    "2:60j 2:60l 2:60n 2:60p 2:60r 2:60t 2:60v 2:60x 2:60z 2:611 2:613 2:615 2:617 2:619 2:61b 2:61d 2:61f 2:61h a:67 "
    "2:61t 2:61v 2:61x 2:61z 2:621 2:623 2:625 2:627 2:629 2:62b 2:62d 2:62f 2:62h 2:62j 2:62l 2:62n 2:62p 2:62r 2:62t "
    "2:62v 2:62x 2:62z 2:631 2:633 2:635 2:637 2:639 2:63b 2:63d 2:63f 2:63h 2:63j 2:63l 2:63n 2:63p 2:63r 2:63t 2:63v "
    "2:63x 2:63z 2:641 2:643 2:645 2:647 2:649 2:64b 2:64d 2:64f a:64g 1:64h 1:64i 1:64j 1:64k 1:64l 1:64m 1:64n 9:64w "
    "1:64x 1:64y 1:64z 1:650 1:651 b:65c 1:65d 1:65e 1:65f 1:65g 1:65h 1:65i 1:65j 9:65s 1:65t 1:65u 1:65v 1:65w 1:65x "
    "1:65y 1:65z 9:668 1:669 1:66a 1:66b 1:66c 1:66d c:66p 2:66r 2:66t 2:66v 9:674 1:675 1:676 1:677 1:678 1:679 1:67a "
    "1:67b p:680 1:681 1:682 1:683 1:684 1:685 1:686 1:687 9:68g 1:68h 1:68i 1:68j 1:68k 1:68l 1:68m 1:68n 9:68w 1:68x "
    "1:68y 1:68z 1:690 1:691 1:692 1:693 9:69c 1:69d 1:67k 1:67l 1:69f c:67m 1:67n 1:67o 1:67p 1:69v c:6a8 1:6a9 1:67q "
    "1:67r d:6ao 1:6ap 1:67u 1:67v 1:6at c:67s 1:67t 1:67w 1:67x 1:6b7 8a:qx 4:2z 1:6d 7:6ku 1a:6ls 1:6lt 1:6lu 1:6lv "
    "1:6lw 1:6lx 1:6ly 1:6lz 1:6m0 1:6m1 1:6m2 1:6m3 1:6m4 1:6m5 1:6m6 1:6m7 k:6mc mr:79s 1:79t 1:79u 1:79v 1:79w 1:79x "
    "1:79y 1:79z 1:7a0 1:7a1 1:7a2 1:7a3 1:7a4 1:7a5 1:7a6 1:7a7 1:7a8 1:7a9 1:7aa 1:7ab 1:7ac 1:7ad 1:7ae 1:7af 1:7ag "
    "1:7ah 1f5:8q8 1:8q9 1:8qa 1:8qb 1:8qc 1:8qd 1:8qe 1:8qf 1:8qg 1:8qh 1:8qi 1:8qj 1:8qk 1:8ql 1:8qm 1:8qn 1:8qo 1:8qp "
    "1:8qq 1:8qr 1:8qs 1:8qt 1:8qu 1:8qv 1:8qw 1:8qx 1:8qy 1:8qz 1:8r0 1:8r1 1:8r2 1:8r3 1:8r4 1:8r5 1:8r6 1:8r7 1:8r8 "
    "1:8r9 1:8ra 1:8rb 1:8rc 1:8rd 1:8re 1:8rf 1:8rg 1:8rh 1:8ri 1:8rj 1d:8rl 2:h7 1:5tp 1:hp 3:8rs 2:8ru 2:8rw 2:gh 1:hd "
    "1:gg 1:gi 2:8s3 3:8s6 9:fz 1:g0 1:8sh 2:8sj 2:8sl 2:8sn 2:8sp 2:8sr 2:8st 2:8sv 2:8sx 2:8sz 2:8t1 2:8t3 2:8t5 2:8t7 "
    "2:8t9 2:8tb 2:8td 2:8tf 2:8th 2:8tj 2:8tl 2:8tn 2:8tp 2:8tr 2:8tt 2:8tv 2:8tx 2:8tz 2:8u1 2:8u3 2:8u5 2:8u7 2:8u9 "
    "2:8ub 2:8ud 2:8uf 2:8uh 2:8uj 2:8ul 2:8un 2:8up 2:8ur 2:8ut 2:8uv 2:8ux 2:8uz 2:8v1 2:8v3 2:8v5 2:8v7 9:8vg 2:8vi "
    "5:8vn nym:wu9 2:wub 2:wud 2:wuf 2:wuh 2:wuj 2:wul 2:wun 2:wup 2:wur 2:wut 2:wuv 2:wux 2:wuz 2:wv1 2:wv3 2:wv5 2:wv7 "
    "2:wv9 2:wvb 2:wvd 2:wvf 2:wvh k:ww1 2:ww3 2:ww5 2:ww7 2:ww9 2:wwb 2:wwd 2:wwf 2:wwh 2:wwj 2:wwl 2:wwn 2:wwp 2:wwr "
    "3s:x0j 2:x0l 2:x0n 2:x0p 2:x0r 2:x0t 2:x0v 4:x0z 2:x11 2:x13 2:x15 2:x17 2:x19 2:x1b 2:x1d 2:x1f 2:x1h 2:x1j 2:x1l "
    "2:x1n 2:x1p 2:x1r 2:x1t 2:x1v 2:x1x 2:x1z 2:x21 2:x23 2:x25 2:x27 2:x29 2:x2b 2:x2d 2:x2f 2:x2h 2:x2j 2:x2l 2:x2n "
    "b:x2y 2:x30 2:5tl 1:x33 2:x35 2:x37 2:x39 2:x3b 5:x3g 2:h1 3:x3l 2:x3n 4:x3r 2:x3t 2:x3v 2:x3x 2:x3z 2:x41 2:x43 "
    "2:x45 2:x47 2:x49 2:h2 1:gs 1:gx 1:h8 1:h6 2:im 1:hz 1:il 1:xub 1:x4l 2:x4n 2:x4p 2:x4r 2:x4t 2:x4v 2:x4x 2:x4z 2:x3o "
    "1:hu 1:5u6 1:x54 2:x56 2:h0 1:x59 2:x5b 2:x5d 2:x5f 2:x5h 2:x5j 2:x5l 2:x5n 2:bf p:x6e h7w:1ef5 1:1ef6 1:1ef7 1:1ef8 "
    "1:1ef9 1:1efa 1:1efb 1:1efc 1:1efd 1:1efe 1:1eff 1:1efg 1:1efh 1:1efi 1:1efj 1:1efk 1:1efl 1:1efm 1:1efn 1:1efo "
    "1:1efp 1:1efq 1:1efr 1:1efs 1:1eft 1:1efu xy:1fe0 1:1fe1 1:1fe2 1:1fe3 1:1fe4 1:1fe5 1:1fe6 1:1fe7 1:1fe8 1:1fe9 "
    "1:1fea 1:1feb 1:1fec 1:1fed 1:1fee 1:1fef 1:1feg 1:1feh 1:1fei 1:1fej 1:1fek 1:1fel 1:1fem 1:1fen 1:1feo 1:1fep "
    "1:1feq 1:1fer 1:1fes 1:1fet 1:1feu 1:1fev 1:1few 1:1fex 1:1fey 1:1fez 1:1ff0 1:1ff1 1:1ff2 1:1ff3 3t:1fiw 1:1fix "
    "1:1fiy 1:1fiz 1:1fj0 1:1fj1 1:1fj2 1:1fj3 1:1fj4 1:1fj5 1:1fj6 1:1fj7 1:1fj8 1:1fj9 1:1fja 1:1fjb 1:1fjc 1:1fjd "
    "1:1fje 1:1fjf 1:1fjg 1:1fjh 1:1fji 1:1fjj 1:1fjk 1:1fjl 1:1fjm 1:1fjn 1:1fjo 1:1fjp 1:1fjq 1:1fjr 1:1fjs 1:1fjt "
    "1:1fju 1:1fjv 4d:1fo7 1:1fo8 1:1fo9 1:1foa 1:1fob 1:1foc 1:1fod 1:1foe 1:1fof 1:1fog 1:1foh 2:1foj 1:1fok 1:1fol "
    "1:1fom 1:1fon 1:1foo 1:1fop 1:1foq 1:1for 1:1fos 1:1fot 1:1fou 1:1fov 1:1fow 1:1fox 2:1foz 1:1fp0 1:1fp1 1:1fp2 "
    "1:1fp3 1:1fp4 1:1fp5 2:1fp7 1:1fp8 1d7:1h34 1:1h35 1:1h36 1:1h37 1:1h38 1:1h39 1:1h3a 1:1h3b 1:1h3c 1:1h3d 1:1h3e "
    "1:1h3f 1:1h3g 1:1h3h 1:1h3i 1:1h3j 1:1h3k 1:1h3l 1:1h3m 1:1h3n 1:1h3o 1:1h3p 1:1h3q 1:1h3r 1:1h3s 1:1h3t 1:1h3u "
    "1:1h3v 1:1h3w 1:1h3x 1:1h3y 1:1h3z 1:1h40 1:1h41 1:1h42 1:1h43 1:1h44 1:1h45 1:1h46 1:1h47 1:1h48 1:1h49 1:1h4a "
    "1:1h4b 1:1h4c 1:1h4d 1:1h4e 1:1h4f 1:1h4g 1:1h4h 1:1h4i 4e:1h80 1:1h81 1:1h82 1:1h83 1:1h84 1:1h85 1:1h86 1:1h87 "
    "1:1h88 1:1h89 1:1h8a 1:1h8b 1:1h8c 1:1h8d 1:1h8e 1:1h8f 1:1h8g 1:1h8h 1:1h8i 1:1h8j 1:1h8k 1:1h8l 27v:1jgg 1:1jgh "
    "1:1jgi 1:1jgj 1:1jgk 1:1jgl 1:1jgm 1:1jgn 1:1jgo 1:1jgp 1:1jgq 1:1jgr 1:1jgs 1:1jgt 1:1jgu 1:1jgv 1:1jgw 1:1jgx "
    "1:1jgy 1:1jgz 1:1jh0 1:1jh1 1:1jh2 1:1jh3 1:1jh4 1:1jh5 1:1jh6 1:1jh7 1:1jh8 1:1jh9 1:1jha 1:1jhb gw1:20dc 1:20dd "
    "1:20de 1:20df 1:20dg 1:20dh 1:20di 1:20dj 1:20dk 1:20dl 1:20dm 1:20dn 1:20do 1:20dp 1:20dq 1:20dr 1:20ds 1:20dt "
    "1:20du 1:20dv 1:20dw 1:20dx 1:20dy 1:20dz 1:20e0 1:20e1 1:20e2 1:20e3 1:20e4 1:20e5 1:20e6 1:20e7 1t:20fv 1:20fw "
    "1:20fx 1:20fy 1:20fz 1:20g0 1:20g1 1:20g2 1:20g3 1:20g4 1:20g5 1:20g6 1:20g7 1:20g8 1:20g9 1:20ga 1:20gb 1:20gc "
    "1:20gd 1:20ge 1:20gf 1:20gg 1:20gh 1:20gi 1:20gj o5k:2oma 1:2omb 1:2omc 1:2omd 1:2ome 1:2omf 1:2omg 1:2omh 1:2omi "
    "1:2omj 1:2omk 1:2oml 1:2omm 1:2omn 1:2omo 1:2omp 1:2omq 1:2omr 1:2oms 1:2omt 1:2omu 1:2omv 1:2omw 1:2omx 1:2omy "
    "1:2omz 1:2on0 1:2on1 1:2on2 1:2on3 1:2on4 1:2on5 1:2on6 1:2on7";

/// NFD, other than Hangul syllables.
inline constexpr std::string_view canonical_decompositions =
    "5c:1t.lc 1:1t.ld 1:1t.le 1:1t.lf 1:1t.lk 1:1t.lm 2:1v.mf 1:1x.lc 1:1x.ld 1:1x.le 1:1x.lk 1:21.lc 1:21.ld 1:21.le "
    "1:21.lk 2:26.lf 1:27.lc 1:27.ld 1:27.le 1:27.lf 1:27.lk 3:2d.lc 1:2d.ld 1:2d.le 1:2d.lk 1:2h.ld 3:2p.lc 1:2p.ld "
    "1:2p.le 1:2p.lf 1:2p.lk 1:2p.lm 2:2r.mf 1:2t.lc 1:2t.ld 1:2t.le 1:2t.lk 1:2x.lc 1:2x.ld 1:2x.le 1:2x.lk 2:32.lf "
    "1:33.lc 1:33.ld 1:33.le 1:33.lf 1:33.lk 3:39.lc 1:39.ld 1:39.le 1:39.lk 1:3d.ld 2:3d.lk 1:1t.lg 1:2p.lg 1:1t.li "
    "1:2p.li 1:1t.mg 1:2p.mg 1:1v.ld 1:2r.ld 1:1v.le 1:2r.le 1:1v.lj 1:2r.lj 1:1v.lo 1:2r.lo 1:1w.lo 1:2s.lo 3:1x.lg "
    "1:2t.lg 1:1x.li 1:2t.li 1:1x.lj 1:2t.lj 1:1x.mg 1:2t.mg 1:1x.lo 1:2t.lo 1:1z.le 1:2v.le 1:1z.li 1:2v.li 1:1z.lj "
    "1:2v.lj 1:1z.mf 1:2v.mf 1:20.le 1:2w.le 3:21.lf 1:2x.lf 1:21.lg 1:2x.lg 1:21.li 1:2x.li 1:21.mg 1:2x.mg 1:21.lj "
    "4:22.le 1:2y.le 1:23.mf 1:2z.mf 2:24.ld 1:30.ld 1:24.mf 1:30.mf 1:24.lo 1:30.lo 5:26.ld 1:32.ld 1:26.mf 1:32.mf "
    "1:26.lo 1:32.lo 4:27.lg 1:33.lg 1:27.li 1:33.li 1:27.ln 1:33.ln 3:2a.ld 1:36.ld 1:2a.mf 1:36.mf 1:2a.lo 1:36.lo "
    "1:2b.ld 1:37.ld 1:2b.le 1:37.le 1:2b.mf 1:37.mf 1:2b.lo 1:37.lo 1:2c.mf 1:38.mf 1:2c.lo 1:38.lo 3:2d.lf 1:39.lf "
    "1:2d.lg 1:39.lg 1:2d.li 1:39.li 1:2d.lm 1:39.lm 1:2d.ln 1:39.ln 1:2d.mg 1:39.mg 1:2f.le 1:3b.le 1:2h.le 1:3d.le "
    "1:2h.lk 1:2i.ld 1:3e.ld 1:2i.lj 1:3e.lj 1:2i.lo 1:3e.lo y:27.m3 1:33.m3 e:2d.m3 1:39.m3 t:1t.lo 1:2p.lo 1:21.lo "
    "1:2x.lo 1:27.lo 1:33.lo 1:2d.lo 1:39.lo 1:2d.lk.lg 1:39.lk.lg 1:2d.lk.ld 1:39.lk.ld 1:2d.lk.lo 1:39.lk.lo 1:2d.lk.lc "
    "1:39.lk.lc 2:1t.lk.lg 1:2p.lk.lg 1:1t.lj.lg 1:2p.lj.lg 1:5i.lg 1:6e.lg 3:1z.lo 1:2v.lo 1:23.lo 1:2z.lo 1:27.mg "
    "1:33.mg 1:27.mg.lg 1:33.mg.lg 1:c7.lo 1:ia.lo 1:2y.lo 4:1z.ld 1:2v.ld 3:26.lc 1:32.lc 1:1t.lm.ld 1:2p.lm.ld 1:5i.ld "
    "1:6e.ld 1:60.ld 1:6w.ld 1:1t.lr 1:2p.lr 1:1t.lt 1:2p.lt 1:1x.lr 1:2t.lr 1:1x.lt 1:2t.lt 1:21.lr 1:2x.lr 1:21.lt "
    "1:2x.lt 1:27.lr 1:33.lr 1:27.lt 1:33.lt 1:2a.lr 1:36.lr 1:2a.lt 1:36.lt 1:2d.lr 1:39.lr 1:2d.lt 1:39.lt 1:2b.me "
    "1:37.me 1:2c.me 1:38.me 3:20.lo 1:2w.lo 7:1t.lj 1:2p.lj 1:1x.mf 1:2t.mf 1:27.lk.lg 1:33.lk.lg 1:27.lf.lg 1:33.lf.lg "
    "1:27.lj 1:33.lj 1:27.lj.lg 1:33.lj.lg 1:2h.lg 1:3d.lg 7h:lc 1:ld 2:lv 1:lk.ld 1c:jd a:1n 7:4o.ld 1:pd.ld 1:53 1:ph.ld "
    "1:pj.ld 1:pl.ld 2:pr.ld 2:px.ld 1:q1.ld 1:qh.lk.ld q:pl.lk 1:px.lk 1:q9.ld 1:qd.ld 1:qf.ld 1:qh.ld 1:qt.lk.ld q:qh.lk "
    "1:qt.lk 1:qn.ld 1:qt.ld 1:qx.ld 5:r6.ld 1:r6.lk 18:t1.lc 1:t1.lk 2:sz.ld 4:sm.lk 5:t6.ld 1:t4.lc 1:tf.li b:t4.li "
    "w:u0.li n:tx.lc 1:tx.lk 2:tv.ld 4:uu.lk 5:u2.ld 1:u0.lc 1:ub.li o:vo.lr 1:vp.lr 22:t2.li 1:ty.li e:sw.li 1:ts.li "
    "1:sw.lk 1:ts.lk 3:t1.li 1:tx.li 3:yg.lk 1:yh.lk 1:t2.lk 1:ty.lk 1:t3.lk 1:tz.lk 3:t4.lg 1:u0.lg 1:t4.lk 1:u0.lk "
    "1:ta.lk 1:u6.lk 3:yw.lk 1:yx.lk 1:tp.lk 1:ul.lk 1:tf.lg 1:ub.lg 1:tf.lk 1:ub.lk 1:tf.ln 1:ub.ln 1:tj.lk 1:uf.lk "
    "3:tn.lk 1:uj.lk 89:17r.18z 1:17r.190 1:18o.190 1:17r.191 1:18q.190 4a:1cl.190 2:1c1.190 h:1ci.190 gm:1t4.1to "
    "8:1tc.1to 3:1tf.1to 10:1sl.1to 1:1sm.1to 1:1sn.1to 1:1ss.1to 1:1sx.1to 1:1sy.1to 1:1t7.1to 1:1tb.1to 30:1xj.1xa "
    "1:1xj.1xz g:1wh.1x8 1:1wi.1x8 2:1wv.1x8 2c:20i.20s 3:20o.20s z:1zq.20s 1:1zr.20s 1:1zw.20s 3:20b.20s 6i:287.28m "
    "3:287.27y 1:287.28n g:275.27w 1:276.27w 1j:2aa.2c7 1i:2bq.2bi 1:2br.2bi 1:2bq.2c7 3g:2fa.2fq 3c:2in.2j9 7:2iu.2j9 "
    "1:2iu.2ja 2:2iu.2iq 1:2iu.2iq.2j9 3j:2me.2m6 1:2mf.2m6 1:2me.2mv 3y:2qh.2q2 2:2qh.2q7 1:2qh.2q7.2q2 1:2qh.2qn "
    "9x:30i.33r a:30s.33r 5:30x.33r 5:312.33r 5:317.33r d:30g.33p a:31t.31u 2:31t.31w 1:33m.328 2:33n.328 9:31t.328 "
    "i:32q.33r a:330.33r 5:335.33r 5:33a.33r 5:33f.33r d:32o.33p 31:36t.372 25c:5c5.5dh 2:5c7.5dh 2:5c9.5dh 2:5cb.5dh "
    "2:5cd.5dh 4:5ch.5dh 15:5dm.5dh 2:5do.5dh 3:5dq.5dh 1:5dr.5dh 2:5du.5dh jh:1t.md 1:2p.md 1:1u.lj 1:2q.lj 1:1u.mb "
    "1:2q.mb 1:1u.mp 1:2q.mp 1:1v.mf.ld 1:2r.mf.ld 1:1w.lj 1:2s.lj 1:1w.mb 1:2s.mb 1:1w.mp 1:2s.mp 1:1w.mf 1:2s.mf 1:1w.ml "
    "1:2s.ml 1:1x.lg.lc 1:2t.lg.lc 1:1x.lg.ld 1:2t.lg.ld 1:1x.ml 1:2t.ml 1:1x.mo 1:2t.mo 1:1x.mf.li 1:2t.mf.li 1:1y.lj "
    "1:2u.lj 1:1z.lg 1:2v.lg 1:20.lj 1:2w.lj 1:20.mb 1:2w.mb 1:20.lk 1:2w.lk 1:20.mf 1:2w.mf 1:20.mm 1:2w.mm 1:21.mo "
    "1:2x.mo 1:21.lk.ld 1:2x.lk.ld 1:23.ld 1:2z.ld 1:23.mb 1:2z.mb 1:23.mp 1:2z.mp 1:24.mb 1:30.mb 1:24.mb.lg 1:30.mb.lg "
    "1:24.mp 1:30.mp 1:24.ml 1:30.ml 1:25.ld 1:31.ld 1:25.lj 1:31.lj 1:25.mb 1:31.mb 1:26.lj 1:32.lj 1:26.mb 1:32.mb "
    "1:26.mp 1:32.mp 1:26.ml 1:32.ml 1:27.lf.ld 1:33.lf.ld 1:27.lf.lk 1:33.lf.lk 1:27.lg.lc 1:33.lg.lc 1:27.lg.ld "
    "1:33.lg.ld 1:28.ld 1:34.ld 1:28.lj 1:34.lj 1:2a.lj 1:36.lj 1:2a.mb 1:36.mb 1:2a.mb.lg 1:36.mb.lg 1:2a.mp 1:36.mp "
    "1:2b.lj 1:37.lj 1:2b.mb 1:37.mb 1:2b.ld.lj 1:37.ld.lj 1:2b.lo.lj 1:37.lo.lj 1:2b.mb.lj 1:37.mb.lj 1:2c.lj 1:38.lj "
    "1:2c.mb 1:38.mb 1:2c.mp 1:38.mp 1:2c.ml 1:38.ml 1:2d.mc 1:39.mc 1:2d.mo 1:39.mo 1:2d.ml 1:39.ml 1:2d.lf.ld 1:39.lf.ld "
    "1:2d.lg.lk 1:39.lg.lk 1:2e.lf 1:3a.lf 1:2e.mb 1:3a.mb 1:2f.lc 1:3b.lc 1:2f.ld 1:3b.ld 1:2f.lk 1:3b.lk 1:2f.lj 1:3b.lj "
    "1:2f.mb 1:3b.mb 1:2g.lj 1:3c.lj 1:2g.lk 1:3c.lk 1:2h.lj 1:3d.lj 1:2i.le 1:3e.le 1:2i.mb 1:3e.mb 1:2i.mp 1:3e.mp "
    "1:2w.mp 1:38.lk 1:3b.lm 1:3d.lm 2:an.lj 5:1t.mb 1:2p.mb 1:1t.ll 1:2p.ll 1:1t.le.ld 1:2p.le.ld 1:1t.le.lc 1:2p.le.lc "
    "1:1t.le.ll 1:2p.le.ll 1:1t.le.lf 1:2p.le.lf 1:1t.mb.le 1:2p.mb.le 1:1t.li.ld 1:2p.li.ld 1:1t.li.lc 1:2p.li.lc "
    "1:1t.li.ll 1:2p.li.ll 1:1t.li.lf 1:2p.li.lf 1:1t.mb.li 1:2p.mb.li 1:1x.mb 1:2t.mb 1:1x.ll 1:2t.ll 1:1x.lf 1:2t.lf "
    "1:1x.le.ld 1:2t.le.ld 1:1x.le.lc 1:2t.le.lc 1:1x.le.ll 1:2t.le.ll 1:1x.le.lf 1:2t.le.lf 1:1x.mb.le 1:2t.mb.le 1:21.ll "
    "1:2x.ll 1:21.mb 1:2x.mb 1:27.mb 1:33.mb 1:27.ll 1:33.ll 1:27.le.ld 1:33.le.ld 1:27.le.lc 1:33.le.lc 1:27.le.ll "
    "1:33.le.ll 1:27.le.lf 1:33.le.lf 1:27.mb.le 1:33.mb.le 1:27.m3.ld 1:33.m3.ld 1:27.m3.lc 1:33.m3.lc 1:27.m3.ll "
    "1:33.m3.ll 1:27.m3.lf 1:33.m3.lf 1:27.m3.mb 1:33.m3.mb 1:2d.mb 1:39.mb 1:2d.ll 1:39.ll 1:2d.m3.ld 1:39.m3.ld "
    "1:2d.m3.lc 1:39.m3.lc 1:2d.m3.ll 1:39.m3.ll 1:2d.m3.lf 1:39.m3.lf 1:2d.m3.mb 1:39.m3.mb 1:2h.lc 1:3d.lc 1:2h.mb "
    "1:3d.mb 1:2h.ll 1:3d.ll 1:2h.lf 1:3d.lf 7:q9.lv 1:q9.lw 1:q9.lv.lc 1:q9.lw.lc 1:q9.lv.ld 1:q9.lw.ld 1:q9.lv.n6 "
    "1:q9.lw.n6 1:pd.lv 1:pd.lw 1:pd.lv.lc 1:pd.lw.lc 1:pd.lv.ld 1:pd.lw.ld 1:pd.lv.n6 1:pd.lw.n6 1:qd.lv 1:qd.lw "
    "1:qd.lv.lc 1:qd.lw.lc 1:qd.lv.ld 1:qd.lw.ld 3:ph.lv 1:ph.lw 1:ph.lv.lc 1:ph.lw.lc 1:ph.lv.ld 1:ph.lw.ld 3:qf.lv "
    "1:qf.lw 1:qf.lv.lc 1:qf.lw.lc 1:qf.lv.ld 1:qf.lw.ld 1:qf.lv.n6 1:qf.lw.n6 1:pj.lv 1:pj.lw 1:pj.lv.lc 1:pj.lw.lc "
    "1:pj.lv.ld 1:pj.lw.ld 1:pj.lv.n6 1:pj.lw.n6 1:qh.lv 1:qh.lw 1:qh.lv.lc 1:qh.lw.lc 1:qh.lv.ld 1:qh.lw.ld 1:qh.lv.n6 "
    "1:qh.lw.n6 1:pl.lv 1:pl.lw 1:pl.lv.lc 1:pl.lw.lc 1:pl.lv.ld 1:pl.lw.ld 1:pl.lv.n6 1:pl.lw.n6 1:qn.lv 1:qn.lw "
    "1:qn.lv.lc 1:qn.lw.lc 1:qn.lv.ld 1:qn.lw.ld 3:pr.lv 1:pr.lw 1:pr.lv.lc 1:pr.lw.lc 1:pr.lv.ld 1:pr.lw.ld 3:qt.lv "
    "1:qt.lw 1:qt.lv.lc 1:qt.lw.lc 1:qt.lv.ld 1:qt.lw.ld 1:qt.lv.n6 1:qt.lw.n6 2:px.lw 2:px.lw.lc 2:px.lw.ld 2:px.lw.n6 "
    "1:qx.lv 1:qx.lw 1:qx.lv.lc 1:qx.lw.lc 1:qx.lv.ld 1:qx.lw.ld 1:qx.lv.n6 1:qx.lw.n6 1:q1.lv 1:q1.lw 1:q1.lv.lc "
    "1:q1.lw.lc 1:q1.lv.ld 1:q1.lw.ld 1:q1.lv.n6 1:q1.lw.n6 1:q9.lc 1:q9.ld 1:qd.lc 1:qd.ld 1:qf.lc 1:qf.ld 1:qh.lc "
    "1:qh.ld 1:qn.lc 1:qn.ld 1:qt.lc 1:qt.ld 1:qx.lc 1:qx.ld 3:q9.lv.n9 1:q9.lw.n9 1:q9.lv.lc.n9 1:q9.lw.lc.n9 "
    "1:q9.lv.ld.n9 1:q9.lw.ld.n9 1:q9.lv.n6.n9 1:q9.lw.n6.n9 1:pd.lv.n9 1:pd.lw.n9 1:pd.lv.lc.n9 1:pd.lw.lc.n9 "
    "1:pd.lv.ld.n9 1:pd.lw.ld.n9 1:pd.lv.n6.n9 1:pd.lw.n6.n9 1:qf.lv.n9 1:qf.lw.n9 1:qf.lv.lc.n9 1:qf.lw.lc.n9 "
    "1:qf.lv.ld.n9 1:qf.lw.ld.n9 1:qf.lv.n6.n9 1:qf.lw.n6.n9 1:pj.lv.n9 1:pj.lw.n9 1:pj.lv.lc.n9 1:pj.lw.lc.n9 "
    "1:pj.lv.ld.n9 1:pj.lw.ld.n9 1:pj.lv.n6.n9 1:pj.lw.n6.n9 1:qx.lv.n9 1:qx.lw.n9 1:qx.lv.lc.n9 1:qx.lw.lc.n9 "
    "1:qx.lv.ld.n9 1:qx.lw.ld.n9 1:qx.lv.n6.n9 1:qx.lw.n6.n9 1:q1.lv.n9 1:q1.lw.n9 1:q1.lv.lc.n9 1:q1.lw.lc.n9 "
    "1:q1.lv.ld.n9 1:q1.lw.ld.n9 1:q1.lv.n6.n9 1:q1.lw.n6.n9 1:q9.li 1:q9.lg 1:q9.lc.n9 1:q9.n9 1:q9.ld.n9 2:q9.n6 "
    "1:q9.n6.n9 1:pd.li 1:pd.lg 1:pd.lc 1:pd.ld 1:pd.n9 2:qh 3:4o.n6 1:qf.lc.n9 1:qf.n9 1:qf.ld.n9 2:qf.n6 1:qf.n6.n9 "
    "1:ph.lc 1:ph.ld 1:pj.lc 1:pj.ld 1:pj.n9 1:69r.lc 1:69r.ld 1:69r.n6 1:qh.li 1:qh.lg 1:qh.lk.lc 1:qh.lk.ld 3:qh.n6 "
    "1:qh.lk.n6 1:pl.li 1:pl.lg 1:pl.lc 1:pl.ld 2:6bi.lc 1:6bi.ld 1:6bi.n6 1:qt.li 1:qt.lg 1:qt.lk.lc 1:qt.lk.ld 1:qp.lv "
    "1:qp.lw 1:qt.n6 1:qt.lk.n6 1:px.li 1:px.lg 1:px.lc 1:px.ld 1:pt.lw 1:4o.lc 1:4o.ld 1:2o 3:qx.lc.n9 1:qx.n9 1:qx.ld.n9 "
    "2:qx.n6 1:qx.n6.n9 1:pr.lc 1:pr.ld 1:q1.lc 1:q1.ld 1:q1.n9 1:50 3:6bm 1:6bn 85:q1 4:23 1:1t.lm 33:6mo.mw 1:6mq.mw "
    "j:6ms.mw v:6og.mw 1:6ok.mw 1:6oi.mw 1h:6pv.mw 5:6q0.mw 3:6q3.mw o:6qr.mw 2:6qt.mw r:6rg.mw 3:6rn.mw 3:6rp.mw 2:6rs.mw "
    "n:1p.mw 2:6sh.mw b:6rx.mw 1:1o.mw 1:1q.mw 1:6sk.mw 1:6sl.mw 3:6sy.mw 1:6sz.mw 3:6t2.mw 1:6t3.mw 7:6t6.mw 1:6t7.mw "
    "3:6te.mw 1:6tf.mw 3:6ti.mw 1:6tj.mw z:6ua.mw 1:6ug.mw 1:6uh.mw 1:6uj.mw 1d:6t8.mw 1:6t9.mw 1:6tt.mw 1:6tu.mw 7:6uq.mw "
    "1:6ur.mw 1:6us.mw 1:6ut.mw 1o:9hk 1:9hl 1iq:8gt.mw 12o:9jf.9ll 2:9jh.9ll 2:9jj.9ll 2:9jl.9ll 2:9jn.9ll 2:9jp.9ll "
    "2:9jr.9ll 2:9jt.9ll 2:9jv.9ll 2:9jx.9ll 2:9jz.9ll 2:9k1.9ll 3:9k4.9ll 2:9k6.9ll 2:9k8.9ll 7:9kf.9ll 1:9kf.9lm "
    "2:9ki.9ll 1:9ki.9lm 2:9kl.9ll 1:9kl.9lm 2:9ko.9ll 1:9ko.9lm 2:9kr.9ll 1:9kr.9lm n:9ja.9ll a:9lp.9ll e:9m3.9ll "
    "2:9m5.9ll 2:9m7.9ll 2:9m9.9ll 2:9mb.9ll 2:9md.9ll 2:9mf.9ll 2:9mh.9ll 2:9mj.9ll 2:9ml.9ll 2:9mn.9ll 2:9mp.9ll "
    "3:9ms.9ll 2:9mu.9ll 2:9mw.9ll 7:9n3.9ll 1:9n3.9lm 2:9n6.9ll 1:9n6.9lm 2:9n9.9ll 1:9n9.9lm 2:9nc.9ll 1:9nc.9lm "
    "2:9nf.9ll 1:9nf.9lm n:9ly.9ll 3:9nz.9ll 1:9o0.9ll 1:9o1.9ll 1:9o2.9ll 4:9od.9ll 13ia:rpk 1:kc4 1:s7e 1:rt4 1:lw1 "
    "1:fg2 1:gkl 1:vj0 1:vj0 1:hn5 1:ssx 1:gw7 1:hmw 1:jcm 1:ne1 1:p6t 1:qin 1:qt6 1:r20 1:sjz 1:kxu 1:ljv 1:mah 1:mvy "
    "1:q4d 1:sq2 1:uep 1:fia 1:ghh 1:l50 1:mjf 1:qi5 1:v8e 1:ifk 1:m3v 1:qfh 1:r50 1:jih 1:pnc 1:qvz 1:iq2 1:kd3 1:lm2 "
    "1:mpo 1:slq 1:fpi 1:g53 1:gda 1:jwk 1:l3n 1:mj4 1:nhj 1:pa9 1:qh2 1:qjg 1:s1b 1:tv6 1:upb 1:v7e 1:nt8 1:nzz 1:otc "
    "1:q15 1:t1g 1:vb3 1:rfa 1:hjz 1:iro 1:okg 1:pdq 1:mle 1:nuy 1:rsy 1:ttj 1:hjs 1:i8y 1:kyb 1:lp6 1:lxr 1:oq7 1:oxj "
    "1:tor 1:gcy 1:pe3 1:g64 1:g5o 1:o4c 1:ou6 1:q29 1:tpx 1:rk0 1:jin 1:kxu 1:rge 1:fg9 1:i5j 1:iz6 1:mtj 1:n74 1:gev "
    "1:nwb 1:fr3 1:iw9 1:ff1 1:lho 1:k1k 1:opu 1:gjn 1:hge 1:ni9 1:q4p 1:re2 1:la2 1:sds 1:lfs 1:jjy 1:put 1:jog 1:n6t "
    "1:fji 1:g2x 1:g5l 1:kn5 1:oo7 1:prj 1:rf6 1:ssv 1:gdx 1:gn6 1:ho3 1:ir0 1:k3p 1:m4e 1:nxm 1:tkd 1:ui2 1:vbr 1:vda "
    "1:gbf 1:kau 1:l87 1:sbm 1:ino 1:j9s 1:jcw 1:jve 1:lyb 1:mdl 1:n0p 1:o22 1:ovo 1:pdb 1:s9y 1:q9a 1:sgz 1:t3e 1:g7r "
    "1:gbn 1:gql 1:ma0 1:r0i 1:re2 1:iq1 1:iyd 1:jnf 1:l9q 1:oji 1:mt1 1:fl0 1:h6h 1:i5j 1:iii 1:izg 1:muq 1:mzt 1:p7e "
    "1:pc6 1:svo 1:tti 1:tvs 1:u1k 1:fpn 1:o1a 1:ss4 1:trs 1:j4x 1:fie 1:fyy 1:i5q 1:i7z 1:k2h 1:kxu 1:mha 1:ncy 1:q9o "
    "1:sjg 1:vil 1:k94 1:tny 1:gax 1:kfv 1:kj7 1:lkx 1:luk 1:mx5 1:n6h 1:nsb 1:opc 1:u3i 1:g31 1:je6 1:tq0 1:fu3 1:ie1 "
    "1:lpm 1:sa2 1:ivf 1:j7o 1:kk7 1:mtj 1:tqe 1:g89 1:glr 1:i91 1:k5v 1:kem 1:ko8 1:lid 1:mx2 1:naa 1:p6h 1:r0v 1:r1d "
    "1:sss 1:tsy 1:gfz 1:lve 1:gm5 1:mhc 1:n14 1:qgq 1:tr7 1:uvr 1:vbz 1:kgn 1:lor 1:pns 1:o97 1:obk 1:olu 1:mo0 1:m8p "
    "1:riw 1:fk0 1:px2 1:g8q 1:g7b 1:ip2 1:jir 1:onq 1:i2t 1:ljy 1:kac 1:saj 1:qx8 1:tot 1:r63 1:iqb 1:g1s 1:gxs 3:hga "
    "2:k8k 3:g66 1:mqy 1:ngq 1:ny4 1:nz2 1:nz9 1:o0f 1:tw6 1:on2 1:p8d 2:qhe 2:rg8 3:shk 1:sn1 4:u7j 1:u7w 1:u94 1:v5g "
    "1:sm6 1:trr 1:fqm 1:fzb 1:g25 1:gcp 1:gdg 1:ggh 1:gwt 1:gzq 1:h2g 1:hfk 1:hig 1:i90 1:i9a 1:j2s 1:j8o 1:j9q 1:jci "
    "1:k0f 1:k4i 1:k9d 1:kn9 1:lmf 1:lqy 1:lya 1:mem 1:mjv 1:mxu 1:ntd 1:ny6 1:nyh 1:nyg 1:nyo 1:nyu 1:nz1 1:o0d 1:o0e "
    "1:o5c 1:o75 1:og0 1:ovo 1:ow9 1:oxt 1:p6a 1:pad 1:pnx 1:prt 1:prt 1:q53 1:r2o 1:r6e 1:rgh 1:ri1 1:rtf 1:ruw 1:sdy "
    "1:shk 1:tsz 1:u0v 1:u2j 1:j1x 1:36cu 1:pp4 3:ffq 1:g51 1:g2w 1:fpc 1:g1x 1:g3k 1:gcn 1:ge2 1:gwt 1:gut 1:gwp 1:gyq "
    "1:hga 1:hir 1:hms 1:hn8 1:huq 1:i08 1:iqa 1:iqh 1:iuh 1:iwd 1:j4o 1:j7y 1:j60 1:j9q 1:j8g 1:jci 1:jec 1:jpg 1:jrw "
    "1:jte 1:k0m 1:k8k 1:kd3 1:kd7 1:keu 1:l89 1:la2 1:lkx 1:lwb 1:lvv 1:lya 1:m5a 1:mem 1:nmv 1:mk5 1:mnj 1:mqy 1:n01 "
    "1:n46 1:n5n 1:nbx 1:nbz 1:ngq 1:nh7 1:nhw 1:nka 1:nk0 1:nv0 1:o8h 1:og0 1:ol7 1:orf 1:ovo 1:p4u 1:pad 1:pxu 1:q27 "
    "1:qrd 1:r41 1:r5y 1:r6e 1:ren 1:rg8 1:rez 1:rgh 1:rge 1:rfx 1:ri1 1:rka 1:ruw 1:sag 1:sj6 1:srd 1:sxi 1:tq4 1:tsz "
    "1:tw6 1:tzv 1:u0v 1:u17 1:u2j 1:umq 1:vj0 1:313e 1:3138 1:33dh 1:brx 1:cns 1:cop 1:39e1 1:3bgw 1:3i6r 1:vgj 1:vim "
    "1w:15l.14k 2:16a.14n b:161.14x 1:161.14y 1:161.14s.14x 1:161.14s.14y 1:15c.14n 1:15c.14o 1:15c.14s 1:15d.14s "
    "1:15e.14s 1:15f.14s 1:15g.14s 1:15h.14s 1:15i.14s 2:15k.14s 1:15l.14s 1:15m.14s 1:15n.14s 1:15o.14s 2:15q.14s "
    "2:15s.14s 1:15t.14s 2:15v.14s 1:15w.14s 2:15y.14s 1:15z.14s 1:160.14s 1:161.14s 1:162.14s 1:15h.14p 1:15d.14v "
    "1:15n.14v 1:15w.14v 47g:1huh.1hve 2:1huj.1hve f:1hut.1hve 3n:1hyp.1hyf 1:1hyq.1hyf f0:1idj.1ida 1:1idj.1idz "
    "a7:1int.1inu 1:1int.1ink 2:1int.1inx 70:1iuw.1iun 1:1iux.1iun 112b:2jx3.2jxh 1:2jx4.2jxh 1:2jx4.2jxh.2jxq "
    "1:2jx4.2jxh.2jxr 1:2jx4.2jxh.2jxs 1:2jx4.2jxh.2jxt 1:2jx4.2jxh.2jxu 2f:2jzt.2jxh 1:2jzu.2jxh 1:2jzt.2jxh.2jxq "
    "1:2jzu.2jxh.2jxq 1:2jzt.2jxh.2jxr 1:2jzu.2jxh.2jxr 1m4g:fgd 1:fg8 1:fgh 1:2tcy 1:fog 1:fqm 1:fqz 1:fsy 1:fwa 1:fx5 "
    "1:fzb 1:fyn 1:ae6 1:2ud6 1:g25 1:g2c 1:g2s 1:g3b 1:2u58 1:aex 1:g2v 1:g3x 1:2u6j 1:g47 1:g4k 1:fkc 1:g4s 1:g51 1:3ly7 "
    "1:g6t 1:g77 1:afz 1:g8r 1:g92 1:gaa 1:gaf 1:ahh 1:gcn 1:gcp 1:gdg 1:ge2 1:ged 1:gee 1:gev 1:gg9 1:ggh 1:ggq 1:ghf "
    "1:ghp 1:ghr 1:ghr 1:ghr 1:2v58 1:m7k 1:gju 1:gkf 1:2vdv 1:gkr 1:gkx 1:gli 1:gpq 1:gmw 1:gnc 1:go8 1:gpu 1:gs6 1:gsw "
    "1:gur 1:gv7 1:gw4 1:gw4 1:gwp 1:gx7 1:gxf 1:gxu 1:h7a 1:gzq 1:h7b 1:h1t 1:h2s 1:g7b 1:hke 1:hce 1:hdg 1:he5 1:haj "
    "1:hf6 1:hf5 1:hik 1:2x9g 1:hki 1:hkn 1:hl2 1:hlm 1:hlu 1:hnm 1:2xm0 1:2xnu 1:hrg 1:hsr 1:ht3 1:hqw 1:huu 1:aum 1:av0 "
    "1:hzc 1:i0u 1:i0u 1:2y88 1:i4j 1:i54 1:i5j 1:i5v 1:2yhk 1:i67 1:i6e 1:itv 1:i76 1:ayp 1:i8w 1:i9a 1:ibk 1:ia5 1:2z1g "
    "1:if7 1:2z1i 1:ige 1:igb 1:igs 1:ijl 1:ijm 1:b3j 1:ikd 1:ilk 1:im5 1:ind 1:b4y 1:2zr7 1:b5o 1:ipc 1:ipf 1:ipi 1:iq2 "
    "1:3pg2 1:iri 1:3035 1:3035 1:poh 1:isi 1:isi 1:b7r 1:335k 1:3cgq 1:iua 1:iuj 1:b8j 1:ivu 1:ix9 1:ixj 1:iyh 1:j29 "
    "1:bay 1:ba4 1:j2s 1:30t0 1:j47 1:j7s 1:j7w 1:j7y 1:j7w 1:j96 1:j9q 1:jaq 1:jac 1:jan 1:jby 1:jci 1:jcm 1:jdc 1:jdn "
    "1:jfh 1:jht 1:jis 1:jm8 1:31n0 1:jlp 1:jjw 1:jmw 1:jnn 1:jqc 1:31td 1:js2 1:jph 1:jop 1:bhq 1:ju1 1:jum 1:jvh 1:juf "
    "1:bjg 1:k0f 1:k18 1:32mi 1:k4j 1:kc8 1:k7d 1:bo9 1:k9d 1:bns 1:bms 1:g42 1:g45 1:kcg 1:k9o 1:pf1 1:deh 1:kd3 1:kd7 "
    "1:kdd 1:kf2 1:ker 1:33cz 1:bpl 1:kje 1:kg5 1:klu 1:kn9 1:33hp 1:kni 1:kkf 1:kr8 1:brx 1:ksi 1:kv7 1:kx6 1:l2g 1:33xf "
    "1:l3v 1:bvc 1:l5t 1:34br 1:l78 1:bwu 1:l82 1:l9b 1:la2 1:la3 1:34p9 1:2yvf 1:34sa 1:le6 1:354s 1:lhb 1:lhp 1:lev "
    "1:ljq 1:lku 1:lmf 1:lkx 1:lm1 1:lmg 1:lmt 1:357i 1:lkk 1:lrj 1:lta 1:c37 1:lvv 1:lvr 1:35jl 1:lq1 1:m0e 1:35ni 1:35ou "
    "1:m2u 1:m61 1:m5a 1:m57 1:c5y 1:m6i 1:m7x 1:m7r 1:m99 1:2u5h 1:mdh 1:368z 1:mfw 1:36i3 1:mjs 1:mk5 1:mkw 1:36yw 1:mm8 "
    "1:mmt 1:3779 1:37dg 1:mt6 1:mtn 1:cdo 1:mud 1:ce0 1:ce0 1:myv 1:mzg 1:n01 1:n0l 1:n2i 1:cgr 1:n50 1:386u 1:n5q 1:389e "
    "1:n74 1:2zrz 1:nbk 1:38v5 1:38vs 1:38zo 1:cn0 1:cnc 1:nhw 1:394j 1:394i 1:395l 1:396b 1:nj2 1:nj3 1:nj3 1:nka 1:cop "
    "1:nm3 1:cp2 1:cra 1:39r1 1:nri 1:nt8 1:nv0 1:ctf 1:3a5i 1:nyu 1:3a8q 1:3a9x 1:o0f 1:o2z 1:cvj 1:o5c 1:o5m 1:o5r "
    "1:3at8 1:3b1j 1:3b1j 1:oa6 1:d1e 1:3b8r 1:og6 1:og9 1:d2f 1:3beo 1:onm 1:d5s 1:oo8 1:oo3 1:oow 1:3c06 1:orn 1:d8h "
    "1:ouf 1:ow2 1:oxx 1:d9w 1:3ciw 1:3cjr 1:dax 1:3cnt 1:p6i 1:3cqm 1:p79 1:pa2 1:pad 1:3d22 1:3d43 1:pcw 1:3d7s 1:pdc "
    "1:33a7 1:ded 1:pf6 1:phf 1:dfv 1:pj2 1:hx1 1:3dlz 1:3dmd 1:33bn 1:33bw 1:poh 1:pok 1:sda 1:dij 1:psh 1:psb 1:pst "
    "1:gc3 1:ptd 1:ptf 1:ptp 1:puu 1:3ebg 1:put 1:pwd 1:pyb 1:q0d 1:pwj 1:q0t 1:q1z 1:q53 1:pxv 1:q16 1:q18 1:q1o 1:3eie "
    "1:3eqz 1:3emt 1:dnv 1:q9d 1:q9f 1:qae 1:3g0a 1:qck 1:3f3g 1:dp9 1:dpd 1:3f75 1:3ff6 1:dpn 1:qj4 1:qjg 1:qjr 1:qjt "
    "1:qll 1:qko 1:qoe 1:qn6 1:qrd 1:qp4 1:qqz 1:qrq 1:dsn 1:qu9 1:qv5 1:dtl 1:qxs 1:qxv 1:3giv 1:r13 1:r1a 1:dv9 1:r22 "
    "1:aez 1:3gz2 1:3h46 1:dz2 1:dzb 1:rds 1:rfx 1:rka 1:rpx 1:3hrc 1:rsb 1:rsx 1:rvf 1:rxz 1:3i9b 1:2upw 1:s0b 1:rzw "
    "1:s1c 1:2uvy 1:s7o 1:sag 1:3jki 1:3jl9 1:sk4 1:smp 1:snl 1:3ju6 1:snv 1:svs 1:t07 1:t08 1:sxo 1:t89 1:t91 1:3ksa "
    "1:tjf 1:ej9 1:tkn 1:3l2v 1:eli 1:ts3 1:iia 1:tur 1:3ltx 1:3lzu 1:epa 1:epi 1:u00 1:3mdm 1:er6 1:3mhi 1:u17 1:u17 "
    "1:u21 1:3mpi 1:u76 1:eur 1:u95 1:ucn 1:ude 1:uf2 1:ez2 1:3nsg 1:umq 1:uv4 1:v0d 1:f66 1:f71 1:v3b 1:3owe 1:f7c 1:3oxx "
    "1:3p5a 1:3p8x 1:vcr 1:f9y 1:veh 1:vem 1:vet 1:vf3 1:vfa 1:vgb 1:3pxc";

/// NFKD where it differs from NFD.
inline constexpr std::string_view compatible_decompositions =
    "4g:w 8:w.lk 2:2p 5:w.lg 3:1e 1:1f 1:w.ld 1:qk 3:w.mf 1:1d 1:33 2:1d.6dg.1g 1:1d.6dg.1e 1:1f.6dg.1g 38:21.22 1:2x.2y "
    "c:24.53 1:30.53 9:jg.32 1i:37 1x:1w.2i.lo 1:1w.3e.lo 1:2s.3e.lo 1:24.22 1:24.2y 1:30.2y 1:26.22 1:26.2y 1:32.2y "
    "11:1w.2i 1:1w.3e 1:2s.3e 59:2w 1:h2 1:2y 1:36 1:hl 1:hn 1:ht 1:3b 1:3d w:w.li 1:w.lj 1:w.lm 1:w.mg 1:w.lf 1:w.ln 3:gz "
    "1:30 1:37 1:3c 1:id 46:w.n9 a:w.ld 1:w.lk.ld 23:qa 1:qg 1:px 1:px.ld 1:px.lk 1:qu 1:qo q:qi 1:qp 1:qq 2:pk 1:qd 4:pv "
    "b2:12d.136 6m:17r.19w 1:18o.19w 1:1c7.19w 1:18q.19w 1iz:2tp.2sy 3k:2x9.2wi 15:2wb.2vt 1:2wb.2w1 1b:2yz 2z:33m.31t.328 "
    "2:33n.31t.328 ar:3bw 2eo:1t 1:5i 1:1u 2:1w 1:1x 1:b2 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 2:27 1:f6 1:28 1:2a 1:2c "
    "1:2d 1:2f 1:2p 1:gg 1:gh 1:5qa 1:2q 1:2s 1:2t 1:gp 1:gr 1:gs 1:2v 2:2z 1:31 1:97 1:33 1:gk 1:5qu 1:5qv 1:34 1:38 1:39 "
    "1:5r1 1:hb 1:3a 1:5r9 1:qa 1:qb 1:qc 1:qu 1:qv 1:2x 1:36 1:39 1:3a 1:qa 1:qb 1:qp 1:qu 1:qv e:u5 z:gi 1:2r 1:gl 1:6o "
    "1:gs 1:2u 1:gv 1:gx 1:h1 1:h4 1:h5 1:h6 1:5tn 1:il 1:h9 1:5tx 1:in 1:hd 1:hc 1:he 1:hf 1:hg 1:hh 1:hk 1:hu 1:hv 1:bv "
    "1:i1 1:i2 1:5r0 1:i3 1:i4 1:3e 1:i8 1:i9 1:ia 1:qg 63:2p.ji 1:37.lj 82:w.lv 2:w.lv 1:w.n6 1:w.lk.n6 c:w.lv.lc "
    "1:w.lv.ld 1:w.lv.n6 e:w.lw.lc 1:w.lw.ld 1:w.lw.n6 e:w.lk.lc 1:w.lk.ld f:w.ld 1:w.lw 2:w 1:w 1:w 1:w 1:w 1:w 1:w 1:w "
    "1:w 1:w 1:w 7:6c0 6:w.mr d:1a 1:1a.1a 1:1a.1a.1a 9:w 4:6cy.6cy 1:6cy.6cy.6cy 2:6d1.6d1 1:6d1.6d1.6d1 5:x.x 2:w.lh "
    "9:1r.1r 1:1r.x 1:x.1r e:6cy.6cy.6cy.6cy 8:w h:1c 1:2x 3:1g 1:1h 1:1i 1:1j 1:1k 1:1l 1:17 1:6qa 1:1p 1:14 1:15 1:32 "
    "1:1c 1:1d 1:1e 1:1f 1:1g 1:1h 1:1i 1:1j 1:1k 1:1l 1:17 1:6qa 1:1p 1:14 1:15 2:2p 1:2t 1:33 1:3c 1:gp 1:2w 1:2z 1:30 "
    "1:31 1:32 1:34 1:37 1:38 c:2a.37 2g:2p.1b.2r 1:2p.1b.37 1:1v 1:4w.1v 2:2r.1b.33 1:2r.1b.39 1:b4 2:4w.1y 1:2v 1:20 "
    "1:20 1:20 1:2w 1:87 1:21 1:21 1:24 1:30 2:26 1:26.33 3:28 1:29 1:2a 1:2a 1:2a 3:2b.25 1:2c.1x.24 1:2c.25 2:2i 4:2i "
    "4:1u 1:1v 2:2t 1:1x 1:1y 2:25 1:33 1:15c 1:15d 1:15e 1:15f 1:2x 2:1y.1t.2g 1:qo 1:qb 1:pf 1:ps 1:6q9 5:1w 1:2s 1:2t "
    "1:2x 1:2y 7:1d.6dg.1j 1:1d.6dg.1l 1:1d.6dg.1d.1c 1:1d.6dg.1f 1:1e.6dg.1f 1:1d.6dg.1h 1:1e.6dg.1h 1:1f.6dg.1h "
    "1:1g.6dg.1h 1:1d.6dg.1i 1:1h.6dg.1i 1:1d.6dg.1k 1:1f.6dg.1k 1:1h.6dg.1k 1:1j.6dg.1k 1:1d.6dg 1:21 1:21.21 1:21.21.21 "
    "1:21.2e 1:2e 1:2e.21 1:2e.21.21 1:2e.21.21.21 1:21.2g 1:2g 1:2g.21 1:2g.21.21 1:24 1:1v 1:1w 1:25 1:2x 1:2x.2x "
    "1:2x.2x.2x 1:2x.3a 1:3a 1:3a.2x 1:3a.2x.2x 1:3a.2x.2x.2x 1:2x.3c 1:3c 1:3c.2x 1:3c.2x.2x 1:30 1:2r 1:2s 1:31 "
    "a:1c.6dg.1f 4j:6qz.6qz 1:6qz.6qz.6qz 2:6r2.6r2 1:6r2.6r2.6r2 fk:1d 1:1e 1:1f 1:1g 1:1h 1:1i 1:1j 1:1k 1:1l 1:1d.1c "
    "1:1d.1d 1:1d.1e 1:1d.1f 1:1d.1g 1:1d.1h 1:1d.1i 1:1d.1j 1:1d.1k 1:1d.1l 1:1e.1c 1:14.1d.15 1:14.1e.15 1:14.1f.15 "
    "1:14.1g.15 1:14.1h.15 1:14.1i.15 1:14.1j.15 1:14.1k.15 1:14.1l.15 1:14.1d.1c.15 1:14.1d.1d.15 1:14.1d.1e.15 "
    "1:14.1d.1f.15 1:14.1d.1g.15 1:14.1d.1h.15 1:14.1d.1i.15 1:14.1d.1j.15 1:14.1d.1k.15 1:14.1d.1l.15 1:14.1e.1c.15 "
    "1:1d.1a 1:1e.1a 1:1f.1a 1:1g.1a 1:1h.1a 1:1i.1a 1:1j.1a 1:1k.1a 1:1l.1a 1:1d.1c.1a 1:1d.1d.1a 1:1d.1e.1a 1:1d.1f.1a "
    "1:1d.1g.1a 1:1d.1h.1a 1:1d.1i.1a 1:1d.1j.1a 1:1d.1k.1a 1:1d.1l.1a 1:1e.1c.1a 1:14.2p.15 1:14.2q.15 1:14.2r.15 "
    "1:14.2s.15 1:14.2t.15 1:14.2u.15 1:14.2v.15 1:14.2w.15 1:14.2x.15 1:14.2y.15 1:14.2z.15 1:14.30.15 1:14.31.15 "
    "1:14.32.15 1:14.33.15 1:14.34.15 1:14.35.15 1:14.36.15 1:14.37.15 1:14.38.15 1:14.39.15 1:14.3a.15 1:14.3b.15 "
    "1:14.3c.15 1:14.3d.15 1:14.3e.15 1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 "
    "1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 "
    "1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1c 10i:6qz.6qz.6qz.6qz 2w:1m.1m.1p 1:1p.1p 1:1p.1p.1p "
    "ee:2y 1:2e 6q:8yp 8g:lal 2c:vj3 d:feo 1:ffs 1:fg6 1:fgf 1:fh5 1:fid 1:fik 1:fj4 1:fju 1:g1r 1:g2t 1:g2z 1:g3m 1:g46 "
    "1:g4r 1:g68 1:g6t 1:g74 1:gbf 1:ge1 1:get 1:gey 1:gfs 1:gg1 1:ggs 1:gh5 1:ghu 1:gja 1:gjs 1:gkj 1:h5j 1:h7j 1:hkb "
    "1:hky 1:hl6 1:hlh 1:hlz 1:ho3 1:i1c 1:i2o 1:i60 1:i6n 1:i76 1:i7s 1:i9a 1:i9d 1:ijf 1:ijp 1:ik1 1:ike 1:inm 1:inu "
    "1:inz 1:ir8 1:iri 1:irv 1:is3 1:its 1:iu9 1:iur 1:iwz 1:jd4 1:jee 1:jez 1:jzj 1:jzo 1:k1z 1:k2f 1:k2s 1:k3d 1:k4g "
    "1:k4l 1:kc0 1:kco 1:kdk 1:l5s 1:l7m 1:l89 1:l9v 1:laj 1:las 1:laz 1:lcf 1:lck 1:ldg 1:m7f 1:mju 1:mk6 1:mkb 1:mkf "
    "1:mkn 1:ml5 1:ml7 1:mng 1:mtg 1:mtl 1:n30 1:n3a 1:n4o 1:n4v 1:n54 1:n5c 1:n7v 1:n82 1:nee 1:nel 1:nfy 1:ngf 1:nhq "
    "1:nob 1:noi 1:noz 1:ny2 1:o1k 1:o1q 1:o6s 1:o97 1:oah 1:okz 1:ooo 1:p4m 1:p5d 1:p6y 1:p8d 1:pa9 1:pak 1:paq 1:pbn "
    "1:pdr 1:pe1 1:pnn 1:pnu 1:po3 1:poc 1:pos 1:pp7 1:ppb 1:pri 1:prm 1:prs 1:qj1 1:qjv 1:qww 1:qx8 1:qxv 1:r5q 1:r63 "
    "1:r82 1:r9c 1:rp3 1:rpi 1:rpx 1:rqw 1:rrx 1:rxg 1:rxs 1:rzn 1:s6j 1:s7e 1:sd7 1:sds 1:sdx 1:sk1 1:sp5 1:ssm 1:sss "
    "1:ssx 1:tiv 1:tj4 1:tng 1:trq 1:trt 1:tt4 1:tw1 1:twe 1:twi 1:twp 1:tzf 1:u0d 1:u0j 1:u0x 1:u5k 1:u6z 1:u73 1:uc6 "
    "1:uc9 1:ucs 1:ujs 1:ul4 1:ulb 1:un9 1:unj 1:unm 1:unw 1:uoq 1:uzp 1:vat 1:vb3 1:vc5 1:vcr 1:vcz 1:vd9 1:vdd 1:veh "
    "1:vel 1:vf2 1:vf7 1:vfk 1:vgb 1:vgq 1:vgy 1:vil 1:vj0 1:vj4 17:w 1i:9hu 2:gg1 1:gg4 1:gg5 2p:w.9ll 1:w.9lm 3:9l4.9l6 "
    "2o:9mb.9mw 1e:3cw 1:3cx 1:3hm 1:3cy 1:3ho 1:3hp 1:3cz 1:3d0 1:3d1 1:3hs 1:3ht 1:3hu 1:3hv 1:3hw 1:3hx 1:3dm 1:3d2 "
    "1:3d3 1:3d4 1:3dt 1:3d5 1:3d6 1:3d7 1:3d8 1:3d9 1:3da 1:3db 1:3dc 1:3dd 1:3de 1:3fl 1:3fm 1:3fn 1:3fo 1:3fp 1:3fq "
    "1:3fr 1:3fs 1:3ft 1:3fu 1:3fv 1:3fw 1:3fx 1:3fy 1:3fz 1:3g0 1:3g1 1:3g2 1:3g3 1:3g4 1:3g5 1:3fk 1:3dg 1:3dh 1:3if "
    "1:3ig 1:3ik 1:3im 1:3ir 1:3iv 1:3ix 1:3do 1:3j1 1:3j3 1:3dp 1:3dq 1:3ds 1:3du 1:3dv 1:3dz 1:3e1 1:3e3 1:3e4 1:3e5 "
    "1:3e6 1:3e7 1:3ea 1:3ee 1:3eo 1:3ev 1:3f0 1:3jl 1:3jm 1:3fb 1:3fc 1:3fd 1:3gk 1:3gl 1:3go 1:3gx 1:3gy 1:3h0 1:3ha "
    "1:3hd 4:feo 1:fik 1:fex 1:h5n 1:fey 1:ffx 1:fez 1:n5e 1:fh5 1:ffd 1:fep 1:hm1 1:h80 1:fju 2p:14.3cw.15 1:14.3cy.15 "
    "1:14.3cz.15 1:14.3d1.15 1:14.3d2.15 1:14.3d3.15 1:14.3d5.15 1:14.3d7.15 1:14.3d8.15 1:14.3da.15 1:14.3db.15 "
    "1:14.3dc.15 1:14.3dd.15 1:14.3de.15 1:14.3cw.3fl.15 1:14.3cy.3fl.15 1:14.3cz.3fl.15 1:14.3d1.3fl.15 1:14.3d2.3fl.15 "
    "1:14.3d3.3fl.15 1:14.3d5.3fl.15 1:14.3d7.3fl.15 1:14.3d8.3fl.15 1:14.3da.3fl.15 1:14.3db.3fl.15 1:14.3dc.3fl.15 "
    "1:14.3dd.3fl.15 1:14.3de.3fl.15 1:14.3d8.3fy.15 1:14.3d7.3ft.3d8.3fp.3hn.15 1:14.3d7.3ft.3de.3fy.15 2:14.feo.15 "
    "1:14.fik.15 1:14.fex.15 1:14.h5n.15 1:14.fis.15 1:14.g31.15 1:14.fer.15 1:14.g2z.15 1:14.fh9.15 1:14.gg1.15 "
    "1:14.kco.15 1:14.m7f.15 1:14.ldg.15 1:14.kdk.15 1:14.ssx.15 1:14.h7j.15 1:14.k4l.15 1:14.kkq.15 1:14.kcp.15 "
    "1:14.ny6.15 1:14.glp.15 1:14.mm1.15 1:14.rs1.15 1:14.nz1.15 1:14.gc4.15 1:14.fkz.15 1:14.gos.15 1:14.i1y.15 "
    "1:14.nhf.15 1:14.flt.15 1:14.rt3.15 1:14.ggk.15 1:14.nzh.15 1:14.fm9.15 1:14.pnu.15 1:14.po3.15 1:gun 1:inw 1:k1z "
    "1:oen 9:28.2c.1x 1:1e.1d 1:1e.1e 1:1e.1f 1:1e.1g 1:1e.1h 1:1e.1i 1:1e.1j 1:1e.1k 1:1e.1l 1:1f.1c 1:1f.1d 1:1f.1e "
    "1:1f.1f 1:1f.1g 1:1f.1h 1:3cw 1:3cy 1:3cz 1:3d1 1:3d2 1:3d3 1:3d5 1:3d7 1:3d8 1:3da 1:3db 1:3dc 1:3dd 1:3de 1:3cw.3fl "
    "1:3cy.3fl 1:3cz.3fl 1:3d1.3fl 1:3d2.3fl 1:3d3.3fl 1:3d5.3fl 1:3d7.3fl 1:3d8.3fl 1:3da.3fl 1:3db.3fl 1:3dc.3fl "
    "1:3dd.3fl 1:3de.3fl 1:3da.3fl.3hz.3cw.3ft 1:3d8.3fy.3d7.3g4 1:3d7.3fy 2:feo 1:fik 1:fex 1:h5n 1:fis 1:g31 1:fer 1:g2z "
    "1:fh9 1:gg1 1:kco 1:m7f 1:ldg 1:kdk 1:ssx 1:h7j 1:k4l 1:kkq 1:kcp 1:ny6 1:glp 1:mm1 1:rs1 1:nz1 1:gc4 1:o2g 1:n5j "
    "1:ho3 1:six 1:g16 1:ghc 1:lig 1:u11 1:fm9 1:g49 1:l7n 1:fey 1:ffx 1:fez 1:ijq 1:gkz 1:gfv 1:i3b 1:i1y 1:nhf 1:flt "
    "1:rt3 1:ggk 1:hlo 1:1f.1i 1:1f.1j 1:1f.1k 1:1f.1l 1:1g.1c 1:1g.1d 1:1g.1e 1:1g.1f 1:1g.1g 1:1g.1h 1:1g.1i 1:1g.1j "
    "1:1g.1k 1:1g.1l 1:1h.1c 1:1d.kco 1:1e.kco 1:1f.kco 1:1g.kco 1:1h.kco 1:1i.kco 1:1j.kco 1:1k.kco 1:1l.kco 1:1d.1c.kco "
    "1:1d.1d.kco 1:1d.1e.kco 1:20.2v 1:2t.36.2v 1:2t.2e 1:24.2c.1w 1:9lu 1:9lw 1:9ly 1:9m0 1:9m2 1:9m3 1:9m5 1:9m7 1:9m9 "
    "1:9mb 1:9md 1:9mf 1:9mh 1:9mj 1:9ml 1:9mn 1:9mp 1:9ms 1:9mu 1:9mw 1:9my 1:9mz 1:9n0 1:9n1 1:9n2 1:9n3 1:9n6 1:9n9 "
    "1:9nc 1:9nf 1:9ni 1:9nj 1:9nk 1:9nl 1:9nm 1:9no 1:9nq 1:9ns 1:9nt 1:9nu 1:9nv 1:9nw 1:9nx 1:9nz 1:9o0 1:9o1 1:9o2 "
    "2:9lu.9n3.9lm.9oc.9mw 1:9lu.9nv.9n9.9lt 1:9lu.9o3.9nc.9lm.9lu 1:9lu.9oc.9nv 1:9lw.9mz.9o3.9m7.9ll 1:9lw.9o3.9mp "
    "1:9ly.9m1.9o3 1:9m0.9mh.9m7.9oc.9mw.9ll 1:9m0.9oc.9m3.9oc 1:9m2.9o3.9mh 1:9m2.9oc.9nk 1:9m3.9lw.9nu 1:9m3.9nt.9mr.9mw "
    "1:9m3.9nx.9nu.9oc 1:9m3.9ll.9nx.9o3 1:9m3.9ll.9o3.9ni 1:9m5.9ll.9m3.9ll 1:9m5.9ll.9mz.9oc 1:9m5.9np.9nu.9oc "
    "1:9m5.9ll.9nv.9mn.9ll.9oc 1:9m5.9nx 1:9m5.9nx.9m7.9ll.9nt.9nk 1:9m5.9nx.9nl.9oc.9mw.9nv 1:9m5.9nx.9nz.9mr.9mw "
    "1:9m7.9ll.9nt.9nk 1:9m7.9ll.9nt.9nk.9mw.9o3 1:9m7.9nv.9mj.9ll.9lw.9nx 1:9m7.9nx.9oc.9n1 1:9m9.9oc.9mh 1:9mb.9nv.9my "
    "1:9mb.9oc.9nf.9lm 1:9md.9lw.9m7.9nv 1:9md.9o3.9mp.9oc.9nk 1:9mf.9nu.9o3.9m7.9ll 1:9mj.9o3.9mp 1:9mj.9o3.9mw "
    "1:9mn.9ll.9oc.9mh 1:9mu.9ll.9mf 1:9mw.9ll.9nv 1:9mw.9o3 1:9my.9n2 1:9n2.9mr.9mw 1:9n3.9lw.9ms "
    "1:9n3.9lm.9oc.9mj.9o3.9mw 1:9n3.9lm.9oc.9ms 1:9n3.9ll.9oc.9nw.9nv 1:9n6.9lm.9lu.9mh.9mw.9nv 1:9n6.9lm.9m7.9nv "
    "1:9n6.9lm.9mb 1:9n6.9ll.9nv 1:9n9.9lt.9nt.9mr.9mw.9ll 1:9n9.9lv.9oc.9mw 1:9n9.9ll.9mr.9mf.9lz.9nv 1:9n9.9nt.9o3 "
    "1:9nc.9m7.9mn.9oc.9nv 1:9nc.9lm.9ml 1:9nc.9lm.9mz.9n6 1:9nc.9nv.9ms 1:9nc.9lm.9o3.9mh 1:9nc.9lm.9oc.9mf.9ll "
    "1:9nc.9ll.9oc.9mn 1:9nf.9lm.9lw.9o3.9mw 1:9nf.9ll.9nv.9mw 1:9nf.9o3 1:9nf.9lm.9o3.9mw.9ll 1:9nf.9oc.9nv 1:9nf.9oc.9o3 "
    "1:9ni.9lw.9m7.9nx 1:9ni.9lw.9nv 1:9ni.9mr.9n3 1:9ni.9nv.9m7 1:9ni.9o3.9mf.9nr.9o3 1:9nj.9m7.9nx.9o3 1:9nj.9nu "
    "1:9nj.9nu.9n3.9ll.9oc.9nv 1:9nl.9m3.9ll 1:9nl.9m3.9ll.9mw.9o3 1:9nl.9oc.9mw.9nv 1:9no.9oc.9mw.9ll 1:9no.9oc.9nv "
    "1:9nq.9lu.9o3 1:9nu.9mr.9mw.9nv 1:9nu.9nt 1:9nv.9n6.9lm.9oc 1:9nv.9oc.9n9.9ll.9nv 1:9nw.9nk 1:9nw.9o3.9mw.9m9.9ll.9o3 "
    "1:9nz.9mr.9mw 1:1c.m9l 1:1d.m9l 1:1e.m9l 1:1f.m9l 1:1g.m9l 1:1h.m9l 1:1i.m9l 1:1j.m9l 1:1k.m9l 1:1l.m9l 1:1d.1c.m9l "
    "1:1d.1d.m9l 1:1d.1e.m9l 1:1d.1f.m9l 1:1d.1g.m9l 1:1d.1h.m9l 1:1d.1i.m9l 1:1d.1j.m9l 1:1d.1k.m9l 1:1d.1l.m9l "
    "1:1e.1c.m9l 1:1e.1d.m9l 1:1e.1e.m9l 1:1e.1f.m9l 1:1e.1g.m9l 1:2w.28.2p 1:2s.2p 1:1t.2d 1:2q.2p.36 1:33.2e 1:34.2r "
    "1:2s.31 1:2s.31.1e 1:2s.31.1f 1:21.2d 1:inn.jdc 1:k6l.gp8 1:hlz.l7n 1:k5q.lh7 1:kkq.irz.fmi.ny6 1:34.1t 1:32.1t "
    "1:qk.1t 1:31.1t 1:2z.1t 1:23.1u 1:25.1u 1:1z.1u 1:2r.2p.30 1:2z.2r.2p.30 1:34.1y 1:32.1y 1:qk.1y 1:qk.2v 1:31.2v "
    "1:2z.2v 1:20.3e 1:2z.20.3e 1:25.20.3e 1:1z.20.3e 1:2c.20.3e 1:qk.30 1:31.30 1:2s.30 1:2z.30 1:2u.31 1:32.31 1:qk.31 "
    "1:31.31 1:2r.31 1:2z.31 1:31.31.1e 1:2r.31.1e 1:31.1e 1:2z.31.1e 1:31.31.1f 1:2r.31.1f 1:31.1f 1:2z.31.1f 1:31.6qd.37 "
    "1:31.6qd.37.1e 1:28.2p 1:2z.28.2p 1:25.28.2p 1:1z.28.2p 1:36.2p.2s 1:36.2p.2s.6qd.37 1:36.2p.2s.6qd.37.1e 1:34.37 "
    "1:32.37 1:qk.37 1:31.37 1:34.2e 1:32.2e 1:qk.2e 1:31.2e 1:2z.2e 1:25.2e 1:34.2f 1:32.2f 1:qk.2f 1:31.2f 1:2z.2f "
    "1:25.2f 1:2z.q1 1:25.q1 1:2p.1a.31.1a 1:1u.35 1:2r.2r 1:2r.2s 1:1v.6qd.2z.2v 1:1v.33.1a 1:2s.1u 1:1z.3d 1:2w.2p "
    "1:20.28 1:2x.32 1:23.23 1:23.25 1:2z.38 1:30.31 1:30.32 1:30.33.2v 1:30.3c 1:31.2q 1:31.2x.30 1:31.33.30 1:28.20 "
    "1:34.1a.31.1a 1:28.28.25 1:28.2a 1:37.36 1:2b.3a 1:2f.2q 1:2e.6qd.31 1:1t.6qd.31 1:1d.k4l 1:1e.k4l 1:1f.k4l 1:1g.k4l "
    "1:1h.k4l 1:1i.k4l 1:1j.k4l 1:1k.k4l 1:1l.k4l 1:1d.1c.k4l 1:1d.1d.k4l 1:1d.1e.k4l 1:1d.1f.k4l 1:1d.1g.k4l 1:1d.1h.k4l "
    "1:1d.1i.k4l 1:1d.1j.k4l 1:1d.1k.k4l 1:1d.1l.k4l 1:1e.1c.k4l 1:1e.1d.k4l 1:1e.1e.k4l 1:1e.1f.k4l 1:1e.1g.k4l "
    "1:1e.1h.k4l 1:1e.1i.k4l 1:1e.1j.k4l 1:1e.1k.k4l 1:1e.1l.k4l 1:1f.1c.k4l 1:1f.1d.k4l 1:2v.2p.30 mn1:ui 1:uk 5v:x2n "
    "3s:86 1:9f o3:x0n 1:xtj 1:h7 1:xua fq9:2u.2u 1:2u.2x 1:2u.30 1:2u.2u.2x 1:2u.2u.30 1:37.38 1:37.38 d:12s.12u "
    "1:12s.12d 1:12s.12j 1:132.12u 1:12s.12l 9:15u 1:15c 1:15f 1:15g 1:15n 1:15o 1:15p 1:160 1:162 1:17 12:15c.15o 1:19t "
    "1:19t 1:1a3 1:1a3 1:1a3 1:1a3 1:1a6 1:1a6 1:1a6 1:1a6 1:1a8 1:1a8 1:1a8 1:1a8 1:1a2 1:1a2 1:1a2 1:1a2 1:1a7 1:1a7 "
    "1:1a7 1:1a7 1:1a1 1:1a1 1:1a1 1:1a1 1:1b8 1:1b8 1:1b8 1:1b8 1:1ba 1:1ba 1:1ba 1:1ba 1:1ac 1:1ac 1:1ac 1:1ac 1:1ab "
    "1:1ab 1:1ab 1:1ab 1:1ae 1:1ae 1:1ae 1:1ae 1:1af 1:1af 1:1af 1:1af 1:1al 1:1al 1:1ak 1:1ak 1:1am 1:1am 1:1ag 1:1ag "
    "1:1aw 1:1aw 1:1ap 1:1ap 1:1bd 1:1bd 1:1bd 1:1bd 1:1bj 1:1bj 1:1bj 1:1bj 1:1bn 1:1bn 1:1bn 1:1bn 1:1bl 1:1bl 1:1bl "
    "1:1bl 1:1bu 1:1bu 1:1bv 1:1bv 1:1bv 1:1bv 1:1cl.190 1:1cl.190 1:1c1 1:1c1 1:1c1 1:1c1 1:1by 1:1by 1:1by 1:1by 1:1ci "
    "1:1ci 1:1ci.190 1:1ci.190 y:1bh 1:1bh 1:1bh 1:1bh 1:1c7 1:1c7 1:1c6 1:1c6 1:1c8 1:1c8 1:1c7.19w 1:1cb 1:1cb 1:1c5 "
    "1:1c5 1:1c9 1:1c9 1:1cg 1:1cg 1:1cg 1:1cg 1:18p 1:18p 1:18q.190.17r 1:18q.190.17r 1:18q.190.1cl 1:18q.190.1cl "
    "1:18q.190.18o 1:18q.190.18o 1:18q.190.1c7 1:18q.190.1c7 1:18q.190.1c6 1:18q.190.1c6 1:18q.190.1c8 1:18q.190.1c8 "
    "1:18q.190.1cg 1:18q.190.1cg 1:18q.190.1cg 1:18q.190.18p 1:18q.190.18p 1:18q.190.18p 1:1cc 1:1cc 1:1cc 1:1cc "
    "1:18q.190.17w 1:18q.190.17x 1:18q.190.18l 1:18q.190.18p 1:18q.190.18q 1:17s.17w 1:17s.17x 1:17s.17y 1:17s.18l "
    "1:17s.18p 1:17s.18q 1:17u.17w 1:17u.17x 1:17u.17y 1:17u.18l 1:17u.18p 1:17u.18q 1:17v.17w 1:17v.18l 1:17v.18p "
    "1:17v.18q 1:17w.17x 1:17w.18l 1:17x.17w 1:17x.18l 1:17y.17w 1:17y.17x 1:17y.18l 1:183.17w 1:183.17x 1:183.17y "
    "1:183.18l 1:185.17x 1:185.18l 1:186.17w 1:186.17x 1:186.17y 1:186.18l 1:187.17x 1:187.18l 1:188.18l 1:189.17w "
    "1:189.18l 1:18a.17w 1:18a.18l 1:18h.17w 1:18h.17x 1:18h.17y 1:18h.18l 1:18h.18p 1:18h.18q 1:18i.17x 1:18i.18l "
    "1:18i.18p 1:18i.18q 1:18j.17r 1:18j.17w 1:18j.17x 1:18j.17y 1:18j.18k 1:18j.18l 1:18j.18p 1:18j.18q 1:18k.17w "
    "1:18k.17x 1:18k.17y 1:18k.18l 1:18k.18p 1:18k.18q 1:18l.17w 1:18l.17x 1:18l.17y 1:18l.18l 1:18l.18p 1:18l.18q "
    "1:18m.17w 1:18m.17x 1:18m.17y 1:18m.18l 1:18m.18p 1:18m.18q 1:18n.17w 1:18n.18l 1:18n.18p 1:18n.18q 1:18q.17w "
    "1:18q.17x 1:18q.17y 1:18q.18l 1:18q.18p 1:18q.18q 1:180.19s 1:181.19s 1:18p.19s 1:w.18s.18x 1:w.18t.18x 1:w.18u.18x "
    "1:w.18v.18x 1:w.18w.18x 1:w.18x.19s 1:18q.190.181 1:18q.190.182 1:18q.190.18l 1:18q.190.18m 1:18q.190.18p "
    "1:18q.190.18q 1:17s.181 1:17s.182 1:17s.18l 1:17s.18m 1:17s.18p 1:17s.18q 1:17u.181 1:17u.182 1:17u.18l 1:17u.18m "
    "1:17u.18p 1:17u.18q 1:17v.181 1:17v.182 1:17v.18l 1:17v.18m 1:17v.18p 1:17v.18q 1:18h.18p 1:18h.18q 1:18i.18p "
    "1:18i.18q 1:18j.17r 1:18j.18k 1:18j.18l 1:18j.18p 1:18j.18q 1:18k.18l 1:18k.18p 1:18k.18q 1:18l.17r 1:18l.18l "
    "1:18m.181 1:18m.182 1:18m.18l 1:18m.18m 1:18m.18p 1:18m.18q 1:18p.19s 1:18q.181 1:18q.182 1:18q.18l 1:18q.18m "
    "1:18q.18p 1:18q.18q 1:18q.190.17w 1:18q.190.17x 1:18q.190.17y 1:18q.190.18l 1:18q.190.18n 1:17s.17w 1:17s.17x "
    "1:17s.17y 1:17s.18l 1:17s.18n 1:17u.17w 1:17u.17x 1:17u.17y 1:17u.18l 1:17u.18n 1:17v.18l 1:17w.17x 1:17w.18l "
    "1:17x.17w 1:17x.18l 1:17y.17w 1:17y.18l 1:183.17w 1:183.17x 1:183.17y 1:183.18l 1:185.17x 1:185.17y 1:185.18l "
    "1:186.17w 1:186.17x 1:186.17y 1:186.18l 1:187.17x 1:188.18l 1:189.17w 1:189.18l 1:18a.17w 1:18a.18l 1:18h.17w "
    "1:18h.17x 1:18h.17y 1:18h.18l 1:18i.17x 1:18i.18l 1:18j.17w 1:18j.17x 1:18j.17y 1:18j.18k 1:18j.18l 1:18k.17w "
    "1:18k.17x 1:18k.17y 1:18k.18l 1:18k.18n 1:18l.17w 1:18l.17x 1:18l.17y 1:18l.18l 1:18m.17w 1:18m.17x 1:18m.17y "
    "1:18m.18l 1:18m.18n 1:18n.17w 1:18n.18l 1:18n.19s 1:18q.17w 1:18q.17x 1:18q.17y 1:18q.18l 1:18q.18n 1:18q.190.18l "
    "1:18q.190.18n 1:17s.18l 1:17s.18n 1:17u.18l 1:17u.18n 1:17v.18l 1:17v.18n 1:183.18l 1:183.18n 1:184.18l 1:184.18n "
    "1:18j.18k 1:18j.18l 1:18k.18l 1:18m.18l 1:18m.18n 1:18q.18l 1:18q.18n 1:18g.18u.18x 1:18g.18v.18x 1:18g.18w.18x "
    "1:187.18p 1:187.18q 1:189.18p 1:189.18q 1:18a.18p 1:18a.18q 1:183.18p 1:183.18q 1:184.18p 1:184.18q 1:17x.18p "
    "1:17x.18q 1:17w.18p 1:17w.18q 1:17y.18p 1:17y.18q 1:185.18p 1:185.18q 1:186.18p 1:186.18q 1:184.17w 1:184.17x "
    "1:184.17y 1:184.18l 1:184.181 1:183.181 1:185.181 1:186.181 1:187.18p 1:187.18q 1:189.18p 1:189.18q 1:18a.18p "
    "1:18a.18q 1:183.18p 1:183.18q 1:184.18p 1:184.18q 1:17x.18p 1:17x.18q 1:17w.18p 1:17w.18q 1:17y.18p 1:17y.18q "
    "1:185.18p 1:185.18q 1:186.18p 1:186.18q 1:184.17w 1:184.17x 1:184.17y 1:184.18l 1:184.181 1:183.181 1:185.181 "
    "1:186.181 1:184.17w 1:184.17x 1:184.17y 1:184.18l 1:183.18n 1:184.18n 1:187.18l 1:183.17w 1:183.17x 1:183.17y "
    "1:184.17w 1:184.17x 1:184.17y 1:187.18l 1:188.18l 1:17r.18r 1:17r.18r j:17u.17w.18l 1:17u.17x.17w 1:17u.17x.17w "
    "1:17u.17x.18l 1:17u.17y.18l 1:17u.18l.17w 1:17u.18l.17x 1:17u.18l.17y 1:17w.18l.17x 1:17w.18l.17x 1:17x.18l.18q "
    "1:17x.18l.18p 1:183.17x.17w 1:183.17w.17x 1:183.17w.18p 1:183.18l.17x 1:183.18l.17x 1:183.18l.17w 1:183.18l.18l "
    "1:183.18l.18l 1:185.17x.17x 1:185.17x.17x 1:185.18l.18l 1:184.17x.18l 1:184.17x.18l 1:184.17w.18q 1:184.18l.17y "
    "1:184.18l.17y 1:184.18l.18l 1:184.18l.18l 1:186.17x.18p 1:186.17y.18l 1:186.17y.18l 1:187.18l.17x 1:187.18l.17x "
    "1:187.18l.18l 1:187.18l.18q 1:189.17w.18l 1:189.18l.18l 1:189.18l.18l 1:189.18l.18p 1:18a.18l.18l 1:18a.18l.18q "
    "1:18a.18l.18p 1:18h.17y.18l 1:18h.17y.18l 1:18i.18l.17x 1:18i.18l.18l 1:18k.17x.18l 1:18k.17x.18q 1:18k.17x.18p "
    "1:18k.17w.17w 1:18k.17w.17w 1:18k.17y.18l 1:18k.17y.18l 1:18k.18l.17x 1:18k.18l.17x 1:18l.17x.17w 1:18l.17x.18l "
    "1:18l.17x.18q 1:18l.17w.17x 1:18l.17w.18l 1:18l.17y.17w 1:18l.17y.18l 3:18l.17w.17y 1:18n.18l.17w 1:18n.18l.18l "
    "1:18m.17x.18l 1:18m.17x.18p 1:18m.17w.18l 1:18m.17w.18l 1:18m.17w.18p 1:18m.18l.18q 1:18m.18l.18p 1:18q.18l.18l "
    "1:18q.18l.18l 1:17s.17y.18q 1:17u.17w.18q 1:17u.17w.18p 1:17u.17y.18q 1:17u.17y.18p 1:17u.18l.18q 1:17u.18l.18p "
    "1:17w.18l.18q 1:17w.17x.18p 1:17w.18l.18p 1:183.17y.18p 1:185.17x.18q 1:184.17x.18q 1:186.17x.18q 1:18k.17w.18q "
    "1:18k.18l.18q 1:18q.17x.18q 1:18q.17w.18q 1:18q.18l.18q 1:18l.18l.18q 1:18i.18l.18q 1:18m.17x.18q 1:18i.18l.17x "
    "1:18k.17x.18l 1:189.18l.18q 1:18j.18l.18q 1:18m.17w.17x 1:18l.17y.18q 1:18k.17w.18l 1:18j.18l.18l 1:18k.17w.18l "
    "1:18m.17w.17x 1:17w.17x.18q 1:17x.17w.18q 1:18l.17w.18q 1:18h.18l.18q 1:17s.17x.18q 1:18j.18l.18l 1:189.17w.18l "
    "1:185.18l.18l 1:183.17y.18q 1:18m.17w.18q 15:185.18k.1ci 1:18i.18k.1ci 1:17r.18k.18k.18n 1:17r.18j.17s.181 "
    "1:18l.17x.18l.17z 1:185.18k.189.18l 1:181.183.18o.18k 1:189.18k.18q.18n 1:18o.183.18k.18l 1:185.18k.18p "
    "1:185.18k.18p.w.17r.18k.18k.18n.w.189.18k.18q.18n.w.18o.183.18k.18l 1:17w.18k.w.17w.18k.17r.18k.18n 1:181.1cc.17r.18k "
    "k:18 1:9hd 1:9he 1:1m 1:1n 1:x 1:1r 1:9hy 1:9hz 1:1a.1a.1a n:1a.1a 1:6c4 1:6c3 1:2n 1:2n 1:14 1:15 1:3f 1:3h 1:9hw "
    "1:9hx 1:9hs 1:9ht 1:9hm 1:9hn 1:9hk 1:9hl 1:9ho 1:9hp 1:9hq 1:9hr 3:2j 1:2l 1:w.lh 1:w.lh 1:w.lh 1:w.lh 1:2n 1:2n "
    "1:2n 1:18 1:9hd 1:1a 2:1n 1:1m 1:1r 1:x 1:6c4 1:14 1:15 1:3f 1:3h 1:9hw 1:9hx 1:z 1:12 1:16 1:17 1:19 1:1o 1:1q 1:1p "
    "2:2k 1:10 1:11 1:1s 5:w.18r 1:18g.18r 1:w.18s 2:w.18t 2:w.18u 1:18g.18u 1:w.18v 1:18g.18v 1:w.18w 1:18g.18w 1:w.18x "
    "1:18g.18x 1:w.18y 1:18g.18y 1:17l 1:17r.18z 1:17r.18z 1:17r.190 1:17r.190 1:18o.190 1:18o.190 1:17r.191 1:17r.191 "
    "1:18q.190 1:18q.190 1:18q.190 1:18q.190 1:17r 1:17r 1:17s 1:17s 1:17s 1:17s 1:17t 1:17t 1:17u 1:17u 1:17u 1:17u 1:17v "
    "1:17v 1:17v 1:17v 1:17w 1:17w 1:17w 1:17w 1:17x 1:17x 1:17x 1:17x 1:17y 1:17y 1:17y 1:17y 1:17z 1:17z 1:180 1:180 "
    "1:181 1:181 1:182 1:182 1:183 1:183 1:183 1:183 1:184 1:184 1:184 1:184 1:185 1:185 1:185 1:185 1:186 1:186 1:186 "
    "1:186 1:187 1:187 1:187 1:187 1:188 1:188 1:188 1:188 1:189 1:189 1:189 1:189 1:18a 1:18a 1:18a 1:18a 1:18h 1:18h "
    "1:18h 1:18h 1:18i 1:18i 1:18i 1:18i 1:18j 1:18j 1:18j 1:18j 1:18k 1:18k 1:18k 1:18k 1:18l 1:18l 1:18l 1:18l 1:18m "
    "1:18m 1:18m 1:18m 1:18n 1:18n 1:18n 1:18n 1:18o 1:18o 1:18p 1:18p 1:18q 1:18q 1:18q 1:18q 1:18k.17r.18z 1:18k.17r.18z "
    "1:18k.17r.190 1:18k.17r.190 1:18k.17r.191 1:18k.17r.191 1:18k.17r 1:18k.17r 5:x 1:y 1:z 1:10 1:11 1:12 1:13 1:14 1:15 "
    "1:16 1:17 1:18 1:19 1:1a 1:1b 1:1c 1:1d 1:1e 1:1f 1:1g 1:1h 1:1i 1:1j 1:1k 1:1l 1:1m 1:1n 1:1o 1:1p 1:1q 1:1r 1:1s "
    "1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f "
    "1:2g 1:2h 1:2i 1:2j 1:2k 1:2l 1:2m 1:2n 1:2o 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 "
    "1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:3f 1:3g 1:3h 1:3i 1:879 1:87a 1:9he 1:9ho 1:9hp 1:9hd "
    "1:9ob 1:9o2 1:9lt 1:9lv 1:9lx 1:9lz 1:9m1 1:9nn 1:9np 1:9nr 1:9mr 1:9oc 1:9lu 1:9lw 1:9ly 1:9m0 1:9m2 1:9m3 1:9m5 "
    "1:9m7 1:9m9 1:9mb 1:9md 1:9mf 1:9mh 1:9mj 1:9ml 1:9mn 1:9mp 1:9ms 1:9mu 1:9mw 1:9my 1:9mz 1:9n0 1:9n1 1:9n2 1:9n3 "
    "1:9n6 1:9n9 1:9nc 1:9nf 1:9ni 1:9nj 1:9nk 1:9nl 1:9nm 1:9no 1:9nq 1:9ns 1:9nt 1:9nu 1:9nv 1:9nw 1:9nx 1:9nz 1:9o3 "
    "1:9ll 1:9lm 1:3fk 1:3cw 1:3cx 1:3hm 1:3cy 1:3ho 1:3hp 1:3cz 1:3d0 1:3d1 1:3hs 1:3ht 1:3hu 1:3hv 1:3hw 1:3hx 1:3dm "
    "1:3d2 1:3d3 1:3d4 1:3dt 1:3d5 1:3d6 1:3d7 1:3d8 1:3d9 1:3da 1:3db 1:3dc 1:3dd 1:3de 4:3fl 1:3fm 1:3fn 1:3fo 1:3fp "
    "1:3fq 3:3fr 1:3fs 1:3ft 1:3fu 1:3fv 1:3fw 3:3fx 1:3fy 1:3fz 1:3g0 1:3g1 1:3g2 3:3g3 1:3g4 1:3g5 4:4i 1:4j 1:4s 1:w.lg "
    "1:4m 1:4l 1:6g9 2:7b6 1:6mo 1:6mp 1:6mq 1:6mr 1:7fk 1:7gr 15w2:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 "
    "1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w "
    "1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 1:1u 1:1v 1:1w 1:1x "
    "1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h 1:2i 1:2p 1:2q "
    "1:2r 1:2s 1:2t 1:2u 1:2v 2:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e "
    "1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f "
    "1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 1:38 "
    "1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 2:1v 1:1w 3:1z 3:22 1:23 3:26 1:27 1:28 1:29 2:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h "
    "1:2i 1:2p 1:2q 1:2r 1:2s 2:2u 2:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 2:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d "
    "1:3e 1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e "
    "1:2f 1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 "
    "1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 1:1u 2:1w 1:1x 1:1y 1:1z 3:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 2:2b 1:2c "
    "1:2d 1:2e 1:2f 1:2g 1:2h 2:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 "
    "1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 1:1u 2:1w 1:1x 1:1y 1:1z 2:21 1:22 1:23 1:24 1:25 2:27 4:2b 1:2c 1:2d "
    "1:2e 1:2f 1:2g 1:2h 2:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 "
    "1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 "
    "1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 "
    "1:32 1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 "
    "1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v "
    "1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 1:1u 1:1v 1:1w "
    "1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h 1:2i 1:2p "
    "1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c "
    "1:3d 1:3e 1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d "
    "1:2e 1:2f 1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 "
    "1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 "
    "1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u 1:2v 1:2w 1:2x 1:2y 1:2z 1:30 "
    "1:31 1:32 1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:1t 1:1u 1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 "
    "1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h 1:2i 1:2p 1:2q 1:2r 1:2s 1:2t 1:2u "
    "1:2v 1:2w 1:2x 1:2y 1:2z 1:30 1:31 1:32 1:33 1:34 1:35 1:36 1:37 1:38 1:39 1:3a 1:3b 1:3c 1:3d 1:3e 1:8h 1:fr 3:pd "
    "1:pe 1:pf 1:pg 1:ph 1:pi 1:pj 1:pk 1:pl 1:pm 1:pn 1:po 1:pp 1:pq 1:pr 1:ps 1:pt 1:pk 1:pv 1:pw 1:px 1:py 1:pz 1:q0 "
    "1:q1 1:6pz 1:q9 1:qa 1:qb 1:qc 1:qd 1:qe 1:qf 1:qg 1:qh 1:qi 1:qj 1:qk 1:ql 1:qm 1:qn 1:qo 1:qp 1:qq 1:qr 1:qs 1:qt "
    "1:qu 1:qv 1:qw 1:qx 1:6pu 1:qd 1:qg 1:qi 1:qu 1:qp 1:qo 1:pd 1:pe 1:pf 1:pg 1:ph 1:pi 1:pj 1:pk 1:pl 1:pm 1:pn 1:po "
    "1:pp 1:pq 1:pr 1:ps 1:pt 1:pk 1:pv 1:pw 1:px 1:py 1:pz 1:q0 1:q1 1:6pz 1:q9 1:qa 1:qb 1:qc 1:qd 1:qe 1:qf 1:qg 1:qh "
    "1:qi 1:qj 1:qk 1:ql 1:qm 1:qn 1:qo 1:qp 1:qq 1:qr 1:qs 1:qt 1:qu 1:qv 1:qw 1:qx 1:6pu 1:qd 1:qg 1:qi 1:qu 1:qp 1:qo "
    "1:pd 1:pe 1:pf 1:pg 1:ph 1:pi 1:pj 1:pk 1:pl 1:pm 1:pn 1:po 1:pp 1:pq 1:pr 1:ps 1:pt 1:pk 1:pv 1:pw 1:px 1:py 1:pz "
    "1:q0 1:q1 1:6pz 1:q9 1:qa 1:qb 1:qc 1:qd 1:qe 1:qf 1:qg 1:qh 1:qi 1:qj 1:qk 1:ql 1:qm 1:qn 1:qo 1:qp 1:qq 1:qr 1:qs "
    "1:qt 1:qu 1:qv 1:qw 1:qx 1:6pu 1:qd 1:qg 1:qi 1:qu 1:qp 1:qo 1:pd 1:pe 1:pf 1:pg 1:ph 1:pi 1:pj 1:pk 1:pl 1:pm 1:pn "
    "1:po 1:pp 1:pq 1:pr 1:ps 1:pt 1:pk 1:pv 1:pw 1:px 1:py 1:pz 1:q0 1:q1 1:6pz 1:q9 1:qa 1:qb 1:qc 1:qd 1:qe 1:qf 1:qg "
    "1:qh 1:qi 1:qj 1:qk 1:ql 1:qm 1:qn 1:qo 1:qp 1:qq 1:qr 1:qs 1:qt 1:qu 1:qv 1:qw 1:qx 1:6pu 1:qd 1:qg 1:qi 1:qu 1:qp "
    "1:qo 1:pd 1:pe 1:pf 1:pg 1:ph 1:pi 1:pj 1:pk 1:pl 1:pm 1:pn 1:po 1:pp 1:pq 1:pr 1:ps 1:pt 1:pk 1:pv 1:pw 1:px 1:py "
    "1:pz 1:q0 1:q1 1:6pz 1:q9 1:qa 1:qb 1:qc 1:qd 1:qe 1:qf 1:qg 1:qh 1:qi 1:qj 1:qk 1:ql 1:qm 1:qn 1:qo 1:qp 1:qq 1:qr "
    "1:qs 1:qt 1:qu 1:qv 1:qw 1:qx 1:6pu 1:qd 1:qg 1:qi 1:qu 1:qp 1:qo 1:rg 1:rh 3:1c 1:1d 1:1e 1:1f 1:1g 1:1h 1:1i 1:1j "
    "1:1k 1:1l 1:1c 1:1d 1:1e 1:1f 1:1g 1:1h 1:1i 1:1j 1:1k 1:1l 1:1c 1:1d 1:1e 1:1f 1:1g 1:1h 1:1i 1:1j 1:1k 1:1l 1:1c "
    "1:1d 1:1e 1:1f 1:1g 1:1h 1:1i 1:1j 1:1k 1:1l 1:1c 1:1d 1:1e 1:1f 1:1g 1:1h 1:1i 1:1j 1:1k 1:1l 4ch:17r 1:17s 1:17w "
    "1:17z 2:18o 1:182 1:17x 1:187 1:18q 1:18j 1:18k 1:18l 1:18m 1:183 1:189 1:18h 1:185 1:18i 1:181 1:184 1:17u 1:17v "
    "1:17y 1:180 1:186 1:188 1:18a 1:19q 1:1bu 1:1b5 1:19r 2:17s 1:17w 2:18n 3:17x 2:18q 1:18j 1:18k 1:18l 1:18m 1:183 "
    "1:189 1:18h 1:185 1:18i 2:184 1:17u 1:17v 1:17y 2:186 2:18a 7:17w 5:17x 2:18q 2:18k 2:18m 1:183 1:189 2:185 1:18i "
    "2:184 3:17y 2:186 2:18a 2:1bu 2:19r 2:17s 1:17w 2:18n 3:17x 1:187 1:18q 1:18j 2:18l 1:18m 1:183 1:189 1:18h 1:185 "
    "1:18i 2:184 1:17u 1:17v 1:17y 2:186 1:188 1:18a 1:19q 2:1b5 2:17r 1:17s 1:17w 1:17z 1:18n 1:18o 1:182 1:17x 1:187 "
    "1:18q 2:18k 1:18l 1:18m 1:183 1:189 1:18h 1:185 1:18i 1:181 1:184 1:17u 1:17v 1:17y 1:180 1:186 1:188 1:18a 6:17s "
    "1:17w 1:17z 2:18o 1:182 1:17x 1:187 1:18q 2:18k 1:18l 1:18m 1:183 1:189 1:18h 1:185 1:18i 1:181 1:184 1:17u 1:17v "
    "1:17y 1:180 1:186 1:188 1:18a g5:1c.1a 1:1c.18 1:1d.18 1:1e.18 1:1f.18 1:1g.18 1:1h.18 1:1i.18 1:1j.18 1:1k.18 "
    "1:1l.18 6:14.1t.15 1:14.1u.15 1:14.1v.15 1:14.1w.15 1:14.1x.15 1:14.1y.15 1:14.1z.15 1:14.20.15 1:14.21.15 1:14.22.15 "
    "1:14.23.15 1:14.24.15 1:14.25.15 1:14.26.15 1:14.27.15 1:14.28.15 1:14.29.15 1:14.2a.15 1:14.2b.15 1:14.2c.15 "
    "1:14.2d.15 1:14.2e.15 1:14.2f.15 1:14.2g.15 1:14.2h.15 1:14.2i.15 1:9hw.2b.9hx 1:1v 1:2a 1:1v.1w 1:2f.2i 2:1t 1:1u "
    "1:1v 1:1w 1:1x 1:1y 1:1z 1:20 1:21 1:22 1:23 1:24 1:25 1:26 1:27 1:28 1:29 1:2a 1:2b 1:2c 1:2d 1:2e 1:2f 1:2g 1:2h "
    "1:2i 1:20.2e 1:25.2e 1:2b.1w 1:2b.2b 1:28.28.2e 1:2f.1v r:25.1v 1:25.1w 11:1w.22 34:9kr.9jf 1:9mb.9mb 1:9md e:jez "
    "1:i1j 1:gjw 1:9mu.9ll 1:fik 1:hlm 1:r8j 1:hm1 1:fj8 1:k68 1:mch 1:k2h 1:g99 1:ivg 1:g3x 1:k34 1:g7x 1:oqq 1:n4v 1:rs9 "
    "1:hkg 1:gmx 1:lxw 1:jh1 1:jmd 1:feo 1:fex 1:si2 1:ijq 1:ffx 1:gkz 1:jk7 1:rxs 1:jf7 1:o01 1:o6y 1:glk 1:lts 1:kcp "
    "1:kco 1:n5f 1:gaa 1:gxi 1:sp9 5:9hw.kdo.9hx 1:9hw.fex.9hx 1:9hw.fik.9hx 1:9hw.i2x.9hx 1:9hw.m9l.9hx 1:9hw.jf7.9hx "
    "1:9hw.nh3.9hx 1:9hw.gd9.9hx 1:9hw.k0n.9hx 8:ivr 1:gkv";

/// Characters that NFC makes of two, other than Hangul syllables.
inline constexpr std::string_view compositions =
    "5c:1t.lc 1:1t.ld 1:1t.le 1:1t.lf 1:1t.lk 1:1t.lm 2:1v.mf 1:1x.lc 1:1x.ld 1:1x.le 1:1x.lk 1:21.lc 1:21.ld 1:21.le "
    "1:21.lk 2:26.lf 1:27.lc 1:27.ld 1:27.le 1:27.lf 1:27.lk 3:2d.lc 1:2d.ld 1:2d.le 1:2d.lk 1:2h.ld 3:2p.lc 1:2p.ld "
    "1:2p.le 1:2p.lf 1:2p.lk 1:2p.lm 2:2r.mf 1:2t.lc 1:2t.ld 1:2t.le 1:2t.lk 1:2x.lc 1:2x.ld 1:2x.le 1:2x.lk 2:32.lf "
    "1:33.lc 1:33.ld 1:33.le 1:33.lf 1:33.lk 3:39.lc 1:39.ld 1:39.le 1:39.lk 1:3d.ld 2:3d.lk 1:1t.lg 1:2p.lg 1:1t.li "
    "1:2p.li 1:1t.mg 1:2p.mg 1:1v.ld 1:2r.ld 1:1v.le 1:2r.le 1:1v.lj 1:2r.lj 1:1v.lo 1:2r.lo 1:1w.lo 1:2s.lo 3:1x.lg "
    "1:2t.lg 1:1x.li 1:2t.li 1:1x.lj 1:2t.lj 1:1x.mg 1:2t.mg 1:1x.lo 1:2t.lo 1:1z.le 1:2v.le 1:1z.li 1:2v.li 1:1z.lj "
    "1:2v.lj 1:1z.mf 1:2v.mf 1:20.le 1:2w.le 3:21.lf 1:2x.lf 1:21.lg 1:2x.lg 1:21.li 1:2x.li 1:21.mg 1:2x.mg 1:21.lj "
    "4:22.le 1:2y.le 1:23.mf 1:2z.mf 2:24.ld 1:30.ld 1:24.mf 1:30.mf 1:24.lo 1:30.lo 5:26.ld 1:32.ld 1:26.mf 1:32.mf "
    "1:26.lo 1:32.lo 4:27.lg 1:33.lg 1:27.li 1:33.li 1:27.ln 1:33.ln 3:2a.ld 1:36.ld 1:2a.mf 1:36.mf 1:2a.lo 1:36.lo "
    "1:2b.ld 1:37.ld 1:2b.le 1:37.le 1:2b.mf 1:37.mf 1:2b.lo 1:37.lo 1:2c.mf 1:38.mf 1:2c.lo 1:38.lo 3:2d.lf 1:39.lf "
    "1:2d.lg 1:39.lg 1:2d.li 1:39.li 1:2d.lm 1:39.lm 1:2d.ln 1:39.ln 1:2d.mg 1:39.mg 1:2f.le 1:3b.le 1:2h.le 1:3d.le "
    "1:2h.lk 1:2i.ld 1:3e.ld 1:2i.lj 1:3e.lj 1:2i.lo 1:3e.lo y:27.m3 1:33.m3 e:2d.m3 1:39.m3 t:1t.lo 1:2p.lo 1:21.lo "
    "1:2x.lo 1:27.lo 1:33.lo 1:2d.lo 1:39.lo 1:64.lg 1:70.lg 1:64.ld 1:70.ld 1:64.lo 1:70.lo 1:64.lc 1:70.lc 2:5g.lg "
    "1:6c.lg 1:fa.lg 1:fb.lg 1:5i.lg 1:6e.lg 3:1z.lo 1:2v.lo 1:23.lo 1:2z.lo 1:27.mg 1:33.mg 1:dm.lg 1:dn.lg 1:c7.lo "
    "1:ia.lo 1:2y.lo 4:1z.ld 1:2v.ld 3:26.lc 1:32.lc 1:5h.ld 1:6d.ld 1:5i.ld 1:6e.ld 1:60.ld 1:6w.ld 1:1t.lr 1:2p.lr "
    "1:1t.lt 1:2p.lt 1:1x.lr 1:2t.lr 1:1x.lt 1:2t.lt 1:21.lr 1:2x.lr 1:21.lt 1:2x.lt 1:27.lr 1:33.lr 1:27.lt 1:33.lt "
    "1:2a.lr 1:36.lr 1:2a.lt 1:36.lt 1:2d.lr 1:39.lr 1:2d.lt 1:39.lt 1:2b.me 1:37.me 1:2c.me 1:38.me 3:20.lo 1:2w.lo "
    "7:1t.lj 1:2p.lj 1:1x.mf 1:2t.mf 1:5y.lg 1:6u.lg 1:5x.lg 1:6t.lg 1:27.lj 1:33.lj 1:fi.lg 1:fj.lg 1:2h.lg 1:3d.lg "
    "9e:4o.ld 1:pd.ld 2:ph.ld 1:pj.ld 1:pl.ld 2:pr.ld 2:px.ld 1:q1.ld 1:qy.ld q:pl.lk 1:px.lk 1:q9.ld 1:qd.ld 1:qf.ld "
    "1:qh.ld 1:qz.ld q:qh.lk 1:qt.lk 1:qn.ld 1:qt.ld 1:qx.ld 5:r6.ld 1:r6.lk 18:t1.lc 1:t1.lk 2:sz.ld 4:sm.lk 5:t6.ld "
    "1:t4.lc 1:tf.li b:t4.li w:u0.li n:tx.lc 1:tx.lk 2:tv.ld 4:uu.lk 5:u2.ld 1:u0.lc 1:ub.li o:vo.lr 1:vp.lr 22:t2.li "
    "1:ty.li e:sw.li 1:ts.li 1:sw.lk 1:ts.lk 3:t1.li 1:tx.li 3:yg.lk 1:yh.lk 1:t2.lk 1:ty.lk 1:t3.lk 1:tz.lk 3:t4.lg "
    "1:u0.lg 1:t4.lk 1:u0.lk 1:ta.lk 1:u6.lk 3:yw.lk 1:yx.lk 1:tp.lk 1:ul.lk 1:tf.lg 1:ub.lg 1:tf.lk 1:ub.lk 1:tf.ln "
    "1:ub.ln 1:tj.lk 1:uf.lk 3:tn.lk 1:uj.lk 89:17r.18z 1:17r.190 1:18o.190 1:17r.191 1:18q.190 4a:1cl.190 2:1c1.190 "
    "h:1ci.190 gm:1t4.1to 8:1tc.1to 3:1tf.1to 47:1xj.1xa 1:1xj.1xz ak:287.28m 3:287.27y 1:287.28n 20:2aa.2c7 1i:2bq.2bi "
    "1:2br.2bi 1:2bq.2c7 3g:2fa.2fq 3c:2in.2j9 7:2iu.2j9 1:2iu.2ja 2:2iu.2iq 1:2iy.2j9 3j:2me.2m6 1:2mf.2m6 1:2me.2mv "
    "3y:2qh.2q2 2:2qh.2q7 1:2qk.2q2 1:2qh.2qn g8:36t.372 25c:5c5.5dh 2:5c7.5dh 2:5c9.5dh 2:5cb.5dh 2:5cd.5dh 4:5ch.5dh "
    "15:5dm.5dh 2:5do.5dh 3:5dq.5dh 1:5dr.5dh 2:5du.5dh jh:1t.md 1:2p.md 1:1u.lj 1:2q.lj 1:1u.mb 1:2q.mb 1:1u.mp 1:2q.mp "
    "1:5j.ld 1:6f.ld 1:1w.lj 1:2s.lj 1:1w.mb 1:2s.mb 1:1w.mp 1:2s.mp 1:1w.mf 1:2s.mf 1:1w.ml 1:2s.ml 1:7m.lc 1:7n.lc "
    "1:7m.ld 1:7n.ld 1:1x.ml 1:2t.ml 1:1x.mo 1:2t.mo 1:fc.li 1:fd.li 1:1y.lj 1:2u.lj 1:1z.lg 1:2v.lg 1:20.lj 1:2w.lj "
    "1:20.mb 1:2w.mb 1:20.lk 1:2w.lk 1:20.mf 1:2w.mf 1:20.mm 1:2w.mm 1:21.mo 1:2x.mo 1:5r.ld 1:6n.ld 1:23.ld 1:2z.ld "
    "1:23.mb 1:2z.mb 1:23.mp 1:2z.mp 1:24.mb 1:30.mb 1:5yu.lg 1:5yv.lg 1:24.mp 1:30.mp 1:24.ml 1:30.ml 1:25.ld 1:31.ld "
    "1:25.lj 1:31.lj 1:25.mb 1:31.mb 1:26.lj 1:32.lj 1:26.mb 1:32.mb 1:26.mp 1:32.mp 1:26.ml 1:32.ml 1:5x.ld 1:6t.ld "
    "1:5x.lk 1:6t.lk 1:98.lc 1:99.lc 1:98.ld 1:99.ld 1:28.ld 1:34.ld 1:28.lj 1:34.lj 1:2a.lj 1:36.lj 1:2a.mb 1:36.mb "
    "1:5zu.lg 1:5zv.lg 1:2a.mp 1:36.mp 1:2b.lj 1:37.lj 1:2b.mb 1:37.mb 1:9m.lj 1:9n.lj 1:9s.lj 1:9t.lj 1:602.lj 1:603.lj "
    "1:2c.lj 1:38.lj 1:2c.mb 1:38.mb 1:2c.mp 1:38.mp 1:2c.ml 1:38.ml 1:2d.mc 1:39.mc 1:2d.mo 1:39.mo 1:2d.ml 1:39.ml "
    "1:a0.ld 1:a1.ld 1:a2.lk 1:a3.lk 1:2e.lf 1:3a.lf 1:2e.mb 1:3a.mb 1:2f.lc 1:3b.lc 1:2f.ld 1:3b.ld 1:2f.lk 1:3b.lk "
    "1:2f.lj 1:3b.lj 1:2f.mb 1:3b.mb 1:2g.lj 1:3c.lj 1:2g.lk 1:3c.lk 1:2h.lj 1:3d.lj 1:2i.le 1:3e.le 1:2i.mb 1:3e.mb "
    "1:2i.mp 1:3e.mp 1:2w.mp 1:38.lk 1:3b.lm 1:3d.lm 2:an.lj 5:1t.mb 1:2p.mb 1:1t.ll 1:2p.ll 1:5e.ld 1:6a.ld 1:5e.lc "
    "1:6a.lc 1:5e.ll 1:6a.ll 1:5e.lf 1:6a.lf 1:61s.le 1:61t.le 1:76.ld 1:77.ld 1:76.lc 1:77.lc 1:76.ll 1:77.ll 1:76.lf "
    "1:77.lf 1:61s.li 1:61t.li 1:1x.mb 1:2t.mb 1:1x.ll 1:2t.ll 1:1x.lf 1:2t.lf 1:5m.ld 1:6i.ld 1:5m.lc 1:6i.lc 1:5m.ll "
    "1:6i.ll 1:5m.lf 1:6i.lf 1:62g.le 1:62h.le 1:21.ll 1:2x.ll 1:21.mb 1:2x.mb 1:27.mb 1:33.mb 1:27.ll 1:33.ll 1:5w.ld "
    "1:6s.ld 1:5w.lc 1:6s.lc 1:5w.ll 1:6s.ll 1:5w.lf 1:6s.lf 1:630.le 1:631.le 1:bk.ld 1:bl.ld 1:bk.lc 1:bl.lc 1:bk.ll "
    "1:bl.ll 1:bk.lf 1:bl.lf 1:bk.mb 1:bl.mb 1:2d.mb 1:39.mb 1:2d.ll 1:39.ll 1:bz.ld 1:c0.ld 1:bz.lc 1:c0.lc 1:bz.ll "
    "1:c0.ll 1:bz.lf 1:c0.lf 1:bz.mb 1:c0.mb 1:2h.lc 1:3d.lc 1:2h.mb 1:3d.mb 1:2h.ll 1:3d.ll 1:2h.lf 1:3d.lf 7:q9.lv "
    "1:q9.lw 1:64g.lc 1:64h.lc 1:64g.ld 1:64h.ld 1:64g.n6 1:64h.n6 1:pd.lv 1:pd.lw 1:64o.lc 1:64p.lc 1:64o.ld 1:64p.ld "
    "1:64o.n6 1:64p.n6 1:qd.lv 1:qd.lw 1:64w.lc 1:64x.lc 1:64w.ld 1:64x.ld 3:ph.lv 1:ph.lw 1:654.lc 1:655.lc 1:654.ld "
    "1:655.ld 3:qf.lv 1:qf.lw 1:65c.lc 1:65d.lc 1:65c.ld 1:65d.ld 1:65c.n6 1:65d.n6 1:pj.lv 1:pj.lw 1:65k.lc 1:65l.lc "
    "1:65k.ld 1:65l.ld 1:65k.n6 1:65l.n6 1:qh.lv 1:qh.lw 1:65s.lc 1:65t.lc 1:65s.ld 1:65t.ld 1:65s.n6 1:65t.n6 1:pl.lv "
    "1:pl.lw 1:660.lc 1:661.lc 1:660.ld 1:661.ld 1:660.n6 1:661.n6 1:qn.lv 1:qn.lw 1:668.lc 1:669.lc 1:668.ld 1:669.ld "
    "3:pr.lv 1:pr.lw 1:66g.lc 1:66h.lc 1:66g.ld 1:66h.ld 3:qt.lv 1:qt.lw 1:66o.lc 1:66p.lc 1:66o.ld 1:66p.ld 1:66o.n6 "
    "1:66p.n6 2:px.lw 2:66x.lc 2:66x.ld 2:66x.n6 1:qx.lv 1:qx.lw 1:674.lc 1:675.lc 1:674.ld 1:675.ld 1:674.n6 1:675.n6 "
    "1:q1.lv 1:q1.lw 1:67c.lc 1:67d.lc 1:67c.ld 1:67d.ld 1:67c.n6 1:67d.n6 1:q9.lc 2:qd.lc 2:qf.lc 2:qh.lc 2:qn.lc 2:qt.lc "
    "2:qx.lc 4:64g.n9 1:64h.n9 1:64i.n9 1:64j.n9 1:64k.n9 1:64l.n9 1:64m.n9 1:64n.n9 1:64o.n9 1:64p.n9 1:64q.n9 1:64r.n9 "
    "1:64s.n9 1:64t.n9 1:64u.n9 1:64v.n9 1:65c.n9 1:65d.n9 1:65e.n9 1:65f.n9 1:65g.n9 1:65h.n9 1:65i.n9 1:65j.n9 1:65k.n9 "
    "1:65l.n9 1:65m.n9 1:65n.n9 1:65o.n9 1:65p.n9 1:65q.n9 1:65r.n9 1:674.n9 1:675.n9 1:676.n9 1:677.n9 1:678.n9 1:679.n9 "
    "1:67a.n9 1:67b.n9 1:67c.n9 1:67d.n9 1:67e.n9 1:67f.n9 1:67g.n9 1:67h.n9 1:67i.n9 1:67j.n9 1:q9.li 1:q9.lg 1:67k.n9 "
    "1:q9.n9 1:q4.n9 2:q9.n6 1:69i.n9 1:pd.li 1:pd.lg 1:pd.lc 2:pd.n9 5:4o.n6 1:67o.n9 1:qf.n9 1:q6.n9 2:qf.n6 1:69y.n9 "
    "1:ph.lc 2:pj.lc 2:pj.n9 1:69r.lc 1:69r.ld 1:69r.n6 1:qh.li 1:qh.lg 1:qy.lc 4:qh.n6 1:qy.n6 1:pl.li 1:pl.lg 1:pl.lc "
    "3:6bi.lc 1:6bi.ld 1:6bi.n6 1:qt.li 1:qt.lg 1:qz.lc 2:qp.lv 1:qp.lw 1:qt.n6 1:qz.n6 1:px.li 1:px.lg 1:px.lc 2:pt.lw "
    "1:4o.lc 5:67w.n9 1:qx.n9 1:r2.n9 2:qx.n6 1:6ba.n9 1:pr.lc 2:q1.lc 2:q1.n9 bi:6mo.mw 1:6mq.mw j:6ms.mw v:6og.mw "
    "1:6ok.mw 1:6oi.mw 1h:6pv.mw 5:6q0.mw 3:6q3.mw o:6qr.mw 2:6qt.mw r:6rg.mw 3:6rn.mw 3:6rp.mw 2:6rs.mw n:1p.mw 2:6sh.mw "
    "b:6rx.mw 1:1o.mw 1:1q.mw 1:6sk.mw 1:6sl.mw 3:6sy.mw 1:6sz.mw 3:6t2.mw 1:6t3.mw 7:6t6.mw 1:6t7.mw 3:6te.mw 1:6tf.mw "
    "3:6ti.mw 1:6tj.mw z:6ua.mw 1:6ug.mw 1:6uh.mw 1:6uj.mw 1d:6t8.mw 1:6t9.mw 1:6tt.mw 1:6tu.mw 7:6uq.mw 1:6ur.mw 1:6us.mw "
    "1:6ut.mw 2n3:9jf.9ll 2:9jh.9ll 2:9jj.9ll 2:9jl.9ll 2:9jn.9ll 2:9jp.9ll 2:9jr.9ll 2:9jt.9ll 2:9jv.9ll 2:9jx.9ll "
    "2:9jz.9ll 2:9k1.9ll 3:9k4.9ll 2:9k6.9ll 2:9k8.9ll 7:9kf.9ll 1:9kf.9lm 2:9ki.9ll 1:9ki.9lm 2:9kl.9ll 1:9kl.9lm "
    "2:9ko.9ll 1:9ko.9lm 2:9kr.9ll 1:9kr.9lm n:9ja.9ll a:9lp.9ll e:9m3.9ll 2:9m5.9ll 2:9m7.9ll 2:9m9.9ll 2:9mb.9ll "
    "2:9md.9ll 2:9mf.9ll 2:9mh.9ll 2:9mj.9ll 2:9ml.9ll 2:9mn.9ll 2:9mp.9ll 3:9ms.9ll 2:9mu.9ll 2:9mw.9ll 7:9n3.9ll "
    "1:9n3.9lm 2:9n6.9ll 1:9n6.9lm 2:9n9.9ll 1:9n9.9lm 2:9nc.9ll 1:9nc.9lm 2:9nf.9ll 1:9nf.9lm n:9ly.9ll 3:9nz.9ll "
    "1:9o0.9ll 1:9o1.9ll 1:9o2.9ll 4:9od.9ll 1864:1huh.1hve 2:1huj.1hve f:1hut.1hve 3n:1hyp.1hyf 1:1hyq.1hyf f0:1idj.1ida "
    "1:1idj.1idz a7:1int.1inu 1:1int.1ink 2:1int.1inx 70:1iuw.1iun 1:1iux.1iun";

/// Combining classes: distance, number of characters, class.
inline constexpr std::string_view combining_classes =
    "lc:l.6e l:1.6g 1:4.64 4:1.6g 1:1.60 1:5.64 5:2.5m 2:4.64 4:2.5m 2:b.64 b:5.1 5:4.64 4:3.6e 5:1.6e 3:1.6o 1:1.6e "
    "1:3.64 3:3.6e 3:2.64 3:3.6e 3:4.64 4:1.6e 1:1.6g 1:2.64 2:1.6e 1:1.6h 1:2.6i 2:1.6h 1:2.6i 2:1.6h 1:d.6e 80:5.6e "
    "7i:1.64 1:4.6e 4:1.64 1:3.6e 3:1.66 1:1.64 1:6.6e 6:6.64 6:2.6e 2:1.64 1:2.6e 2:1.66 1:1.6c 1:1.6e 1:1.a 1:1.b 1:1.c "
    "1:1.d 1:1.e 1:1.f 1:1.g 1:1.h 1:1.i 1:2.j 2:1.k 1:1.l 1:1.m 2:1.n 2:1.o 1:1.p 2:1.6e 1:1.64 2:1.i 21:8.6e 8:1.u 1:1.v "
    "1:1.w 1d:1.r 1:1.s 1:1.t 1:1.u 1:1.v 1:1.w 1:1.x 1:1.y 1:2.6e 2:2.64 2:5.6e 5:1.64 1:2.6e 2:1.64 h:1.z 2u:7.6e 9:4.6e "
    "4:1.64 1:1.6e 3:2.6e 3:1.64 1:2.6e 2:1.64 10:1.10 v:1.6e 1:1.64 1:2.6e 2:1.64 1:2.6e 2:3.64 3:1.6e 1:2.64 2:1.6e "
    "1:1.64 1:3.6e 3:1.64 1:1.6e 1:1.64 1:1.6e 1:1.64 1:1.6e 1:1.64 1:2.6e 4i:7.6e 7:1.64 1:1.6e z:4.6e 5:9.6e a:3.6e "
    "4:5.6e 1c:3.64 3f:e.6e f:1.64 1:2.6e 2:1.64 1:2.6e 2:1.64 1:3.6e 3:3.64 3:1.r 1:1.s 1:1.t 1:3.6e 3:1.64 1:2.6e 2:2.64 "
    "2:5.6e 1t:1.7 h:1.9 4:1.6e 1:1.64 1:2.6e 2x:1.7 h:1.9 33:1.7 h:1.9 33:1.7 h:1.9 33:1.7 h:1.9 3k:1.9 3k:1.9 8:1.2c "
    "1:1.2j 2u:1.7 h:1.9 3k:1.9 3h:1.9 32:2.2v 2:1.9 e:4.2z 34:2.3a g:4.3e 28:2.64 t:1.64 2:1.64 2:1.60 1k:1.3l 1:1.3m "
    "2:1.3o 6:4.3m 6:1.3m 2:2.6e 2:1.9 2:2.6e 1s:1.64 35:1.7 2:2.9 2c:1.64 k0:3.6e qf:1.9 w:1.9 4e:1.9 b:1.6e 5o:1.6c "
    "40:1.66 1:1.6e 1:1.64 64:1.6e 1:1.64 20:1.9 l:8.6e a:1.64 1d:5.6e 5:6.64 6:2.6e 2:1.64 3b:1.7 g:1.9 13:1.6e 1:1.64 "
    "1:7.6e 1p:2.9 1o:1.7 c:2.9 1x:1.7 49:3.6e 4:1.1 1:5.64 5:2.6e 2:4.64 4:1.6e 2:7.1 b:1.64 7:1.6e 4:2.6e 5k:2.6e 2:1.64 "
    "1:7.6e 7:1.64 1:2.6e 2:1.6i 1:1.5y 1:1.64 1:1.5m 1:11.6e 16:1.6e 1:1.6h 1:1.64 1:1.6e 1:1.64 k1:2.6e 2:2.1 2:4.6e "
    "4:3.1 3:2.6e 6:1.6e 4:2.1 2:1.6e 1:1.64 1:1.6e 1:2.1 2:4.64 4:1.6e 2db:3.6e 40:1.9 2p:w.6e ga:1.62 1:1.6c 1:1.6g "
    "1:1.66 1:2.68 2z:2.8 n9y:1.6e 5:a.6e 16:2.6e 2a:2.6e 7q:1.9 5a:1.9 s:i.6e 23:3.64 14:1.9 2o:1.7 d:1.9 6o:1.6e 2:2.6e "
    "2:1.64 3:2.6e 7:2.6e 3:1.6e 1h:1.9 6v:1.9 fn5:1.q le:7.6e 7:7.64 7:2.6e r3:1.64 6b:1.64 46:5.6e 1av:1.64 2:1.6e "
    "15:1.6e 1:1.1 1:1.64 5:1.9 4m:1.6e 1:1.64 128:1.9 1l:1.9 1m:1.9 1:1.7 1y:3.6e 1f:2.9 1s:1.7 25:1.9 a:1.7 2z:1.9 1:1.7 "
    "4z:1.7 1:1.9 2a:1.7 h:1.9 p:7.6e a:5.6e 5u:1.9 4:1.7 3g:1.9 1:1.7 70:1.9 1:1.7 3j:1.9 3b:1.9 1:1.7 38:1.9 104:1.9 "
    "fjl:5.1 1s:7.6e g32:1.1 43r:2.60 2:3.1 6:1.6a 1:5.60 d:8.64 a:5.6e 5:2.64 w:4.6e 48:3.6e 2pq:7.6e 8:h.6e j:7.6e "
    "8:2.6e 3:5.6e 1pm:7.64 38:6.6e 6:1.7";

/// A script and its characters.
struct ScriptRuns {
    std::string_view name, runs;
};
inline constexpr std::array<ScriptRuns, 31> scripts{
    ScriptRuns{"arabic", script_arabic},
    ScriptRuns{"armenian", script_armenian},
    ScriptRuns{"bengali", script_bengali},
    ScriptRuns{"bopomofo", script_bopomofo},
    ScriptRuns{"cyrillic", script_cyrillic},
    ScriptRuns{"devanagari", script_devanagari},
    ScriptRuns{"ethiopic", script_ethiopic},
    ScriptRuns{"georgian", script_georgian},
    ScriptRuns{"greek", script_greek},
    ScriptRuns{"gujarati", script_gujarati},
    ScriptRuns{"gurmukhi", script_gurmukhi},
    ScriptRuns{"han", script_han},
    ScriptRuns{"hangul", script_hangul},
    ScriptRuns{"hebrew", script_hebrew},
    ScriptRuns{"hiragana", script_hiragana},
    ScriptRuns{"kannada", script_kannada},
    ScriptRuns{"katakana", script_katakana},
    ScriptRuns{"khmer", script_khmer},
    ScriptRuns{"lao", script_lao},
    ScriptRuns{"latin", script_latin},
    ScriptRuns{"malayalam", script_malayalam},
    ScriptRuns{"mongolian", script_mongolian},
    ScriptRuns{"myanmar", script_myanmar},
    ScriptRuns{"oriya", script_oriya},
    ScriptRuns{"sinhala", script_sinhala},
    ScriptRuns{"tamil", script_tamil},
    ScriptRuns{"telugu", script_telugu},
    ScriptRuns{"thai", script_thai},
    ScriptRuns{"tibetan", script_tibetan},
    ScriptRuns{"common", script_common},
    ScriptRuns{"inherited", script_inherited}};

}  // namespace suture::detail::tables
// clang-format on
