// Two certified OpenID providers for the tests of signing in: node provider.js '{"client_id": …, "client_secret": …, …}'.
// Prints one JSON line with their issuers, and ends with its standard input. Everybody may be anybody: the `login_hint` of a
// request is who signs in; without one the person declines.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const client = JSON.parse(process.argv[2]);

function keyFor(alg) {
  const made =
    alg === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...made.privateKey.export({ format: "jwk" }), alg, use: "sig", kid: alg };
}

async function start(alg) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ ...client, id_token_signed_response_alg: alg }],
    jwks: { keys: [keyFor(alg)] },
    cookies: { keys: ["for tests only"] },
    // The name travels in the ID token, as most providers do.
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], profile: ["name"] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Name of ${id}` }) }),
    enabledJWA: { idTokenSigningAlgValues: [alg] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  });
  provider.use((context, next) =>
    context.path.startsWith("/interaction/") ? answer(provider, context) : next(),
  );
  server.on("request", provider.callback());
  return issuer;
}

async function answer(provider, context) {
  const { session, params } = await provider.interactionDetails(context.req, context.res);
  const accountId = params.login_hint ?? session?.accountId;
  let result = { error: "access_denied", error_description: "The person declined." };
  if (accountId) {
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { login: { accountId }, consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(context.req, context.res, result);
}

process.stdin.on("end", () => process.exit()).resume();
console.log(JSON.stringify([await start("RS256"), await start("ES256")]));
