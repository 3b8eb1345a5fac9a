/** Which presentation contexts are proposed, which one a file takes, who we say we are. */

import type { Case } from "../case.ts";
import { answersWith, REFUSES_ALL, REFUSES_CT, TAKES_IMPLICIT, TAKES_LAST, takesOnly } from "../peers.ts";

const JPEG_2000 = "1.2.840.10008.1.2.4.90";

const EVERY_PROPOSAL: readonly Case[] =
  "-x= -xe -xb -xi -xs -xy -xx -xv -xw -xt -xu -xm -xh -xn -xl -x2 -x3 -xo -x4 -x5 -xr -xd".split(" ").map(
    (option) => ({ args: `-R ${option} $ a.dcm`, peer: REFUSES_ALL, differs: ["no-contexts"] }),
  );

const CONFIRMS = answersWith("that confirms the user", { userIdentityResponse: new Uint8Array([1, 2]) });

export const PROPOSAL: readonly Case[] = [
  ...EVERY_PROPOSAL,
  { args: "-v +v $ a.dcm" },
  { args: "-xi $ a.dcm" },
  { args: "-xd $ a.dcm", differs: ["deflated-bytes"] },
  { args: "-xd +C $ a.dcm", differs: ["deflated-bytes"] },
  { args: "+C $ a.dcm" },
  { args: "-R $ sc.dcm a.dcm" },
  { args: "-R +C $ sc.dcm a.dcm" },
  { args: "-R -xe +C $ a.dcm", peer: TAKES_LAST },
  { args: "-R -xb $ a.dcm" },
  { args: "-R -xs $ a.dcm" },
  { args: "-v -xs +C -R $ a.dcm", differs: ["never-converted-away"] },
  { args: "-v -xn -R $ a.dcm", differs: ["never-converted-away"] },
  { args: "-v -xn -R $ mpeg4.dcm", differs: ["as-in-the-file"] },
  { args: "-v -xv -R $ j2k.dcm", differs: ["as-in-the-file"] },
  { args: "-xr $ rle.dcm", differs: ["as-in-the-file"] },
  { args: "$ rle.dcm", differs: ["further-associations"] },
  { args: "-v $ rle.dcm", differs: ["further-associations"] },
  { args: "-R $ rle.dcm", differs: ["own-transfer-syntaxes"] },
  {
    args: "-R $ j2k.dcm",
    peer: takesOnly(JPEG_2000),
    differs: ["own-transfer-syntaxes"],
    mayDiffer: ["no-contexts"],
  },
  {
    args: "-v $ rle.dcm",
    peer: TAKES_IMPLICIT,
    differs: ["never-converted-away", "further-associations"],
  },
  { args: "$ tomo.dcm", differs: ["further-associations"] },
  { args: "-R $ tomo.dcm" },
  { args: "$ private_class.dcm", differs: ["further-associations"] },
  { args: "-R $ private_class.dcm", differs: ["any-class"] },
  { args: "-R +C $ @all_classes" },
  { args: "-R $ @all_classes", differs: ["further-associations"] },
  { args: "-v $ a.dcm", peer: TAKES_IMPLICIT },
  { args: "-v $ a.dcm", peer: TAKES_LAST },
  { args: "-v -R $ a.dcm b.dcm", peer: REFUSES_ALL, differs: ["no-contexts", "not-sent-line"] },
  { args: "-v -R -nh $ a.dcm b.dcm", peer: REFUSES_ALL, differs: ["no-contexts"] },
  // Neither renames anything.
  { args: "+rn $ a.dcm b.dcm", peer: REFUSES_ALL, differs: ["no-contexts", "not-sent-line"] },
  { args: "+rn -nh $ a.dcm b.dcm", peer: REFUSES_ALL, differs: ["no-contexts"] },
  {
    args: "-v $ a.dcm sc.dcm",
    peer: REFUSES_CT,
    differs: ["refused-contexts", "not-sent-line"],
  },
  {
    args: "-v -nh $ a.dcm sc.dcm",
    peer: REFUSES_CT,
    differs: ["refused-contexts", "no-halt-exit-code", "message-ids"],
  },

  // who we are
  { args: "-aet A -aec B $ a.dcm" },
  { args: "-aet ' A' -aec 'B ' $ a.dcm" },
  { args: "-aet ABCDEFGHIJKLMNOP $ a.dcm" },
  { args: "-usr bob $ a.dcm" },
  { args: "-usr bob -pwd s3cret $ a.dcm" },
  { args: "-usr bob -epw $ a.dcm" },
  { args: "-usr 'b ö b' $ a.dcm" },
  { args: "-kt token $ a.dcm" },
  { args: "--saml token $ a.dcm" },
  { args: "--jwt token_with_newline $ a.dcm" },
  { args: "-usr bob -kt token $ a.dcm" },
  { args: "-kt missing $ a.dcm", differs: ["reasons"] },
  { args: "-kt empty_token $ a.dcm", differs: ["reasons"] },
  { args: "-v +v -R -usr bob -pwd s3cret $ a.dcm", differs: ["passwords"] },
  { args: "-v +v -R --jwt token $ a.dcm" },
  { args: "-usr bob -rsp $ a.dcm", peer: CONFIRMS },
  { args: "-v +v -R -kt token -rsp $ a.dcm", peer: CONFIRMS },
  { args: "-usr bob -rsp $ a.dcm", differs: ["identity-response", "not-sent-line"] },
  { args: "-kt token -rsp $ a.dcm", differs: ["identity-response", "not-sent-line"] },
  { args: "--jwt token -rsp -nh $ a.dcm", differs: ["identity-response", "not-sent-line"] },
];
